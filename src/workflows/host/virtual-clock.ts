import { settle } from './settle.ts';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * Virtual time: jumps to the next thing due once the interpreter has come to rest. Things due at one instant run in
 * the order in which they were asked for, each to the end of what follows from it.
 */
export class VirtualClock {
  #now: number;
  #order = 0;
  readonly #due: Due[] = [];

  constructor(startAt: number) {
    this.#now = startAt;
  }
  get now(): number {
    return this.#now;
  }
  /** Calls `run` at `at` (not before now). Returns how to call it off. */
  at(at: number, run: () => void): () => void {
    const due = { at: Math.max(at, this.#now), order: ++this.#order, run };
    let low = 0;
    for (let high = this.#due.length; low < high; ) {
      const middle = (low + high) >> 1;
      const other = this.#due[middle];
      if (other !== undefined && (other.at < due.at || (other.at === due.at && other.order < due.order)))
        low = middle + 1;
      else high = middle;
    }
    this.#due.splice(low, 0, due);
    return () => {
      const place = this.#due.indexOf(due);
      if (place >= 0) this.#due.splice(place, 1);
    };
  }
  /** Runs until `ended` says so or nothing is due any more (then it gives `stuck`). */
  async run(ended: () => boolean): Promise<'ended' | 'stuck'> {
    for (;;) {
      await settle();
      if (ended()) return 'ended';
      const next = this.#due.shift();
      if (next === undefined) return 'stuck';
      this.#now = next.at;
      next.run();
    }
  }
}
