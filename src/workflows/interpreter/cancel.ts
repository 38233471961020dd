/** Thrown out of every wait when its token is cancelled. Not an error of the flow: no handler catches it. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/**
 * A tree of cancellation, like scopes: cancelling a token cancels its children. Synchronous and deterministic:
 * listeners run in the order they were added.
 */
export class CancelToken {
  #cancelled = false;
  #reason: unknown = null;
  readonly #listeners = new Set<() => void>();
  readonly #parent: CancelToken | null;
  #detach: (() => void) | null = null;

  constructor(parent: CancelToken | null) {
    this.#parent = parent;
    if (parent === null) return;
    if (parent.cancelled) this.cancel(parent.reason);
    else this.#detach = parent.onCancel(() => this.cancel(parent.reason));
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }
  /** Why: whatever was given to `cancel`. */
  get reason(): unknown {
    return this.#reason;
  }
  get parent(): CancelToken | null {
    return this.#parent;
  }

  cancel(reason: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reason = reason;
    this.release();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Calls `listener` once on cancellation (at once if it is already so). Returns how to stop listening. */
  onCancel(listener: () => void): () => void {
    if (this.#cancelled) {
      listener();
      return () => undefined;
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  throwIfCancelled(): void {
    if (this.#cancelled) throw new CancelledError('cancelled');
  }

  /** Lets go of the parent: call it when what the token guards has ended. */
  release(): void {
    this.#detach?.();
    this.#detach = null;
  }
}
