import type { RE2JS } from 're2js';
import type { Json } from '../ir/json.ts';
import type { Budget } from './budget.ts';
import { wrong } from './expression-error.ts';
import type { Tools } from './functions/function.ts';
import { MAX_PATTERN_CHARS } from './limits.ts';
import { re2 } from './re2.cjs';
import type { Value } from './values.ts';

/** Gives a root's value; undefined when there is no such root here. */
export type Lookup = (root: string) => Json | undefined;

/** A compiled expression. Called with the frame of one evaluation. */
export type Run = (frame: Frame) => Value;

/** Compiled regular expressions of one evaluator. Bounded, so that computed patterns can't fill the memory. */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();

  get(source: string): RE2JS {
    const known = this.#compiled.get(source);
    if (known !== undefined) return known;
    const compiled = compilePattern(source);
    if (this.#compiled.size >= 100) this.#compiled.clear();
    this.#compiled.set(source, compiled);
    return compiled;
  }
}

/** Throws EvaluationFailure for a pattern that RE2 does not take. */
export function compilePattern(source: string): RE2JS {
  if (source.length > MAX_PATTERN_CHARS) throw wrong(`a pattern has at most ${MAX_PATTERN_CHARS} characters`);
  try {
    return re2().compile(source);
  } catch {
    throw wrong(
      'the pattern is no regular expression that RE2 knows; look-around and back-references are not supported',
    );
  }
}

/** What one evaluation holds: roots, budget, and the variables of macros by slot. */
export class Frame implements Tools {
  readonly lookup: Lookup;
  readonly budget: Budget;
  readonly slots: Value[] = [];
  /** True once a list or map was made: then the result has to be measured. */
  built = false;
  readonly #patterns: Patterns;
  readonly #used = new Map<string, RE2JS>();

  constructor(options: { lookup: Lookup; budget: Budget; patterns: Patterns }) {
    this.lookup = options.lookup;
    this.budget = options.budget;
    this.#patterns = options.patterns;
  }

  pattern(source: string): RE2JS {
    const known = this.#used.get(source);
    if (known !== undefined) return known;
    const compiled = this.#patterns.get(source);
    // Paid once an evaluation, whether it was compiled before or not: the cost must not depend on what ran earlier.
    this.budget.spend(500 + compiled.programSize() * 32);
    this.#used.set(source, compiled);
    return compiled;
  }
}
