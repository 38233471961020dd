import { type Deferred, deferred, orCancelled } from './deferred.ts';
import type { CancelToken } from './cancel.ts';
import type { Port } from './port.ts';

/**
 * Where every step waits before it starts: while paused, and while the run makes ready to continue as new.
 * `busy` counts leaf steps between their start and their entry in the journal; only when it is zero does the memo
 * hold everything, and only then does the run hand over. Waits are not busy: they go on from the memo.
 */
export class Gate {
  readonly #port: Port;
  #busy = 0;
  #children = 0;
  #paused: boolean;
  #wake: Deferred<void> = deferred<void>();
  readonly #handover = deferred<void>();
  /** False while handlers of the flow, compensations and `finally` run: those are not continued as new. */
  mayContinue = true;

  constructor(port: Port, options: { paused: boolean }) {
    this.#port = port;
    this.#paused = options.paused;
  }

  /** Resolves when the run should continue as new, at a moment when the memo is whole. */
  get handover(): Promise<void> {
    return this.#handover.promise;
  }
  get paused(): boolean {
    return this.#paused;
  }
  pause(): void {
    this.#paused = true;
  }
  resume(): void {
    this.#paused = false;
    this.#changed();
  }
  enter(): void {
    this.#busy++;
  }
  leave(): void {
    this.#busy--;
    if (this.#busy === 0) this.#changed();
  }
  /** A sub-flow that is waited for: it can't be carried over, and may take long, so others aren't held back for it. */
  childStarted(): void {
    this.#children++;
  }
  childEnded(): void {
    this.#children--;
  }

  async pass(token: CancelToken): Promise<void> {
    for (;;) {
      token.throwIfCancelled();
      if (this.#paused) {
        await orCancelled(this.#wake.promise, token);
        continue;
      }
      const long = this.mayContinue ? this.#port.historyIsLong() : 'no';
      if (long === 'no') return;
      if (this.#busy === 0) {
        this.#handover.resolve();
        await orCancelled(new Promise<never>(() => undefined), token);
      }
      if (long === 'advised' || (long === 'must' && this.#children > 0)) return;
      await orCancelled(this.#wake.promise, token);
    }
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = deferred<void>();
    wake.resolve();
  }
}
