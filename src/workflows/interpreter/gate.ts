import { type Deferred, deferred, orCancelled } from './deferred.ts';
import type { CancelToken } from './cancel.ts';
import type { Port } from './port.ts';

/** Microtasks within which whatever is on its way comes to rest: some 15 for each of at most 32 levels of nesting. */
const TICKS_TO_REST = 1000;

/**
 * Steps that one run starts, by when it should (`advised`) and by when it must go on in a new one. Steps without events make
 * no history long, but a replay does them all again, and has to be far below a workflow task's time-out of 2 s.
 */
const STEPS_PER_RUN = { advised: 1_000, must: 2_000 } as const;

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
  #shielded = 0;
  #passed = 0;
  /** Somebody waits for everything to come to rest: nothing new starts meanwhile. */
  #settling = false;
  /** False once the steps are over or cancelled: handlers of the flow, compensations and `finally` are not continued as new. */
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

  /** Clean-up that no cancellation reaches: what it cleans up after is not in the memo, so it ends in the same run. */
  shieldStarted(): void {
    this.#shielded++;
  }
  shieldEnded(): void {
    this.#shielded--;
    this.#changed();
  }

  /** Resolves once it is not paused. */
  async unpaused(token: CancelToken): Promise<void> {
    while (this.#paused) await orCancelled(this.#wake.promise, token);
  }

  async pass(token: CancelToken): Promise<void> {
    for (;;) {
      token.throwIfCancelled();
      if (this.#paused || this.#settling) {
        await orCancelled(this.#wake.promise, token);
        continue;
      }
      const long = this.#mayHandOver ? this.#isLong() : 'no';
      if (long === 'no') return void this.#passed++;
      if (this.#busy === 0) {
        await this.#handOver();
        continue;
      }
      if (long === 'advised' || (long === 'must' && this.#children > 0)) return void this.#passed++;
      await orCancelled(this.#wake.promise, token);
    }
  }

  #isLong(): ReturnType<Port['historyIsLong']> {
    const history = this.#port.historyIsLong();
    if (history === 'critical' || this.#passed < STEPS_PER_RUN.advised) return history;
    return history === 'must' || this.#passed >= STEPS_PER_RUN.must ? 'must' : 'advised';
  }
  get #mayHandOver(): boolean {
    return this.mayContinue && this.#shielded === 0;
  }

  /** Ends the run once everything is at rest: a failure or a join that is just on its way up must have come through first. */
  async #handOver(): Promise<void> {
    this.#settling = true;
    for (let i = 0; i < TICKS_TO_REST; i++) await Promise.resolve();
    if (this.#busy > 0 || !this.#mayHandOver) {
      this.#settling = false;
      return this.#changed();
    }
    this.#handover.resolve();
    await new Promise<never>(() => undefined);
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = deferred<void>();
    wake.resolve();
  }
}
