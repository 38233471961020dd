import { MAX_COST } from './limits.ts';
import { EvaluationFailure } from './expression-error.ts';

/** The work that one evaluation may still do. Counted, not timed, so that it ends at the same place in every replay. */
export class Budget {
  readonly #max: number;
  #left: number;

  constructor(max: number = MAX_COST) {
    this.#max = max;
    this.#left = max;
  }

  /** Takes `steps` off; throws EvaluationFailure `limit` once none are left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new EvaluationFailure(
        'limit',
        `the expression takes more than ${this.#max} steps; go over smaller lists, or do the work in a call`,
      );
    }
  }

  /** Takes off what it costs to read or build so many characters. */
  spendChars(chars: number): void {
    this.spend(1 + chars / 16);
  }

  /** Takes off what it costs at worst to look for a text of `needle` characters in one of `text` characters. */
  spendSearch(text: number, needle: number): void {
    this.spend(1 + text / 16 + (text * needle) / 1_000);
  }
}
