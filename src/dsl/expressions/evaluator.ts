import type { Fill } from '../ir/fill.ts';
import type { Json } from '../ir/json.ts';
import type { CountIr, DurationIr, TextPart, ValueIr } from '../ir/value.ts';
import { Budget } from './budget.ts';
import { compile } from './compile.ts';
import { parseDuration } from './duration.ts';
import { EvaluationFailure, ExpressionError, wrong } from './expression-error.ts';
import { Frame, type Lookup, Patterns, type Run } from './frame.ts';
import { stringOf } from './functions/conversion.ts';
import { MAX_COST, MAX_OUTPUT_CHARS } from './limits.ts';
import { parse } from './parser.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { toJson } from './to-json.ts';
import { Duration, type MutableMap, Optional, put, typeName, type Value } from './values.ts';

type Path = readonly (string | number)[];
interface Fills {
  readonly list: Fill[];
  readonly path: Path;
}

const REFERENCE = /^\$\w+(\.\w+|\[\d+\])*$/;
/** Compiled expressions kept; a flow has far fewer, so this only bounds an evaluator that serves many flows. */
const MAX_COMPILED = 5_000;

/**
 * Evaluates what parseValue and parseExpression made. Pure: the same source and roots give the same value or the same
 * ExpressionError, the only thing it throws for what an author or the data did. Each public call has `maxCost` steps
 * (1,000,000 if not said). Compiled expressions are kept in the instance; make one for each execution.
 */
export class Evaluator {
  readonly #maxCost: number;
  readonly #compiled = new Map<string, Run>();
  readonly #patterns = new Patterns();

  constructor(options: { maxCost?: number } = {}) {
    this.#maxCost = options.maxCost ?? MAX_COST;
  }

  /** The value of an expression, as JSON: instants as RFC 3339, durations as `90s`, missing optionals as null. */
  evaluate(src: string, lookup: Lookup): Json {
    return this.#json(src, this.#frame(lookup));
  }

  /** The value of an expression that has to be true or false. */
  condition(src: string, lookup: Lookup): boolean {
    const value = this.evaluate(src, lookup);
    if (typeof value === 'boolean') return value;
    const hint = value === null ? '; compare it, as in $x != null' : '; compare it, as in $x == "yes" or $x > 0';
    throw new ExpressionError({
      message: `a condition gives true or false, this one gives a ${typeName(value)}${hint}`,
      field: null,
      src,
    });
  }

  /** The data for a value. Secrets and the callback address have no place here: they throw a plain Error (a bug of the caller). */
  resolve(value: ValueIr, lookup: Lookup): Json {
    return this.#resolve(value, this.#frame(lookup), null);
  }

  /** The data for a call's params, with null where the activity has to fill in a secret or the callback address. */
  resolveParams(value: ValueIr, lookup: Lookup): { params: Json; fills: Fill[] } {
    const list: Fill[] = [];
    const params = this.#resolve(value, this.#frame(lookup), { list, path: [] });
    return { params, fills: list };
  }

  /** Milliseconds, not negative: below zero counts as 0. A value gives `5m`, ISO 8601, a duration, or milliseconds. */
  duration(value: DurationIr, lookup: Lookup): number {
    if (typeof value === 'number') return value;
    const result = this.#value(value, lookup);
    const ms =
      result instanceof Duration
        ? result.ms
        : typeof result === 'number'
          ? result
          : typeof result === 'string'
            ? durationOf(result)
            : null;
    if (ms !== null && Number.isFinite(ms)) return Math.max(0, Math.round(ms));
    throw new ExpressionError({
      message: `a length of time is a text such as "5m" or "PT5M", or milliseconds; this is a ${typeName(result)}${typeof result === 'string' ? ' that is none' : ''}`,
      field: null,
      src: sourceOf(value),
    });
  }

  /** A whole number, 0 or more. */
  count(value: CountIr, lookup: Lookup): number {
    if (typeof value === 'number') return value;
    const result = this.#value(value, lookup);
    if (typeof result === 'number' && Number.isSafeInteger(result) && result >= 0) return result;
    throw new ExpressionError({
      message: `a count is a whole number from 0 up; this is a ${typeName(result)}${typeof result === 'number' ? ' that is none' : ''}`,
      field: null,
      src: sourceOf(value),
    });
  }

  #frame(lookup: Lookup): Frame {
    return new Frame({ lookup, budget: new Budget(this.#maxCost), patterns: this.#patterns });
  }

  #value(value: ValueIr, lookup: Lookup): Value {
    if (value.v !== 'expr') return this.resolve(value, lookup);
    const frame = this.#frame(lookup);
    const result = this.#guard(value.src, () => this.#compile(value.src)(frame));
    return result instanceof Optional ? (result.value ?? null) : result;
  }

  #json(src: string, frame: Frame): Json {
    return this.#guard(src, () => {
      frame.built = false;
      const value = this.#compile(src)(frame);
      // A reference computes nothing: text that came in as a result may be as long as results may be.
      if (typeof value === 'string' && REFERENCE.test(src)) return value;
      if (typeof value === 'string' && value.length > MAX_OUTPUT_CHARS)
        throw wrong(`the result is longer than ${MAX_OUTPUT_CHARS} characters`);
      // What was not built here is a part of the data, and JSON already.
      if (typeof value === 'object' && value !== null && !frame.built && isData(value)) return value as Json;
      return toJson(value);
    });
  }

  #compile(src: string): Run {
    const known = this.#compiled.get(src);
    if (known !== undefined) return known;
    // Problems were reported when the flow was compiled; what has one fails when it is run.
    const run = compile(parse(src), { problem: () => undefined, reference: () => undefined });
    if (this.#compiled.size >= MAX_COMPILED) this.#compiled.clear();
    this.#compiled.set(src, run);
    return run;
  }

  #guard<T>(src: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof EvaluationFailure)
        throw new ExpressionError({ message: error.message, field: error.field, src });
      if (error instanceof SyntaxProblem)
        throw new ExpressionError({ message: `no expression: ${error.message}`, field: null, src });
      throw error;
    }
  }

  #resolve(value: ValueIr, frame: Frame, fills: Fills | null): Json {
    switch (value.v) {
      case 'lit':
        return value.value;
      case 'expr':
        return this.#json(value.src, frame);
      case 'text':
        return this.#text(value.parts, frame, fills);
      case 'list':
        return value.items.map((item, index) => this.#resolve(item, frame, below(fills, index)));
      case 'map': {
        const map: MutableMap = {};
        for (const entry of value.entries) {
          const inner = below(fills, entry.key);
          try {
            put(map, entry.key, this.#resolve(entry.value, frame, inner));
          } catch (error) {
            if (entry.optional !== true || !(error instanceof ExpressionError)) throw error;
          }
        }
        return map as Json;
      }
      case 'secret':
        return fill(fills, [{ secret: value.name }]);
      case 'callback_url':
        return fill(fills, [{ callback_url: true }]);
    }
  }

  #text(parts: readonly TextPart[], frame: Frame, fills: Fills | null): Json {
    const made: Fill['parts'][number][] = [];
    let chars = 0;
    let open = false;
    for (const part of parts) {
      if (typeof part === 'object' && !('src' in part)) {
        made.push(part);
        open = true;
        continue;
      }
      const text =
        typeof part === 'string'
          ? part
          : this.#guard(part.src, () => stringOf(this.#compile(part.src)(frame), frame.budget));
      chars += text.length;
      if (chars > MAX_OUTPUT_CHARS)
        throw new ExpressionError({
          message: `the text is longer than ${MAX_OUTPUT_CHARS} characters`,
          field: null,
          src: typeof part === 'string' ? '' : part.src,
        });
      const last = made.at(-1);
      if (typeof last === 'string') made[made.length - 1] = last + text;
      else made.push(text);
    }
    return open ? fill(fills, made) : made.join('');
  }
}

function isData(value: Value): boolean {
  return !(value instanceof Optional) && typeName(value) !== 'timestamp' && typeName(value) !== 'duration';
}

function below(fills: Fills | null, key: string | number): Fills | null {
  return fills === null ? null : { list: fills.list, path: [...fills.path, key] };
}

function fill(fills: Fills | null, parts: Fill['parts']): null {
  if (fills === null) throw new Error('a secret or the callback address stands outside the params of a call');
  fills.list.push({ path: fills.path, parts });
  return null;
}

function durationOf(text: string): number | null {
  if (!text.startsWith('-')) return parseDuration(text);
  const ms = parseDuration(text.slice(1));
  return ms === null ? null : -ms;
}

function sourceOf(value: ValueIr): string {
  return value.v === 'expr' ? value.src : '';
}
