/** That a server is about to close: told once, to everything that has to know. */
export interface Drain {
  /** Aborted when it begins. */
  readonly signal: AbortSignal;
  /** Begins it; more calls do nothing. */
  readonly begin: () => void;
}

export function createDrain(): Drain {
  const controller = new AbortController();
  return { signal: controller.signal, begin: () => controller.abort() };
}
