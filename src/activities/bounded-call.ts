/** How a bounded call ended. `error` beside a time-out or a cancellation is what the call itself then said, if it did in time. */
export type Ended<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout'; readonly error?: unknown }
  | { readonly kind: 'cancelled'; readonly error?: unknown };

export interface Bounds {
  readonly timeoutMs: number;
  readonly cancellation: AbortSignal;
  /** How long a call that was told to stop may take to say how far it got. Default 100 ms; then it is left behind. */
  readonly graceMs?: number;
  /** Called while it runs, first after `everyMs`. */
  readonly heartbeat?: { readonly everyMs: number; readonly beat: () => void };
}

/**
 * Runs a call under a time-out and a cancellation: both abort its signal. Ends soon after that even when the call
 * ignores it. A value that arrives within the grace counts: the work was done. Never rejects.
 */
export async function boundedCall<T>(run: (signal: AbortSignal) => Promise<T>, bounds: Bounds): Promise<Ended<T>> {
  const controller = new AbortController();
  let stop: (why: 'timeout' | 'cancelled') => void = () => undefined;
  const stopped = new Promise<'timeout' | 'cancelled'>((resolve) => (stop = resolve));
  const call = settle(run, controller.signal);
  const onCancel = (): void => stop('cancelled');
  const timer = setTimeout(() => stop('timeout'), bounds.timeoutMs);
  const pulse =
    bounds.heartbeat === undefined ? undefined : setInterval(bounds.heartbeat.beat, bounds.heartbeat.everyMs);
  if (bounds.cancellation.aborted) onCancel();
  else bounds.cancellation.addEventListener('abort', onCancel, { once: true });
  try {
    const first = await Promise.race([call, stopped]);
    if (typeof first !== 'string') return first;
    controller.abort(
      new DOMException(first === 'timeout' ? 'The attempt took too long.' : 'The call was cancelled.', 'AbortError'),
    );
    const late = await Promise.race([call, pause(bounds.graceMs ?? 100)]);
    if (late === undefined) return { kind: first };
    return late.kind === 'value' ? late : { kind: first, error: late.error };
  } finally {
    clearTimeout(timer);
    clearInterval(pulse);
    bounds.cancellation.removeEventListener('abort', onCancel);
  }
}

async function settle<T>(
  run: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<{ kind: 'value'; value: T } | { kind: 'error'; error: unknown }> {
  try {
    return { kind: 'value', value: await run(signal) };
  } catch (error) {
    return { kind: 'error', error };
  }
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
