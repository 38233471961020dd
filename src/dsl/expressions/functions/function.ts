import type { RE2JS } from 're2js';
import type { Budget } from '../budget.ts';
import { parseInstant } from '../instant.ts';
import { wrong } from '../expression-error.ts';
import { isList, isMap, Timestamp, typeName, type Value, type ValueList, type ValueMap } from '../values.ts';

/** What functions may use beside their arguments. */
export interface Tools {
  readonly budget: Budget;
  /** Compiles a regular expression, or takes it from the evaluator's cache. */
  pattern(source: string): RE2JS;
}

/**
 * A function of the language. It can be written `f(x, y)` or `x.f(y)`; `args` counts the receiver. Total but for
 * wrong types, which throw EvaluationFailure; it spends from the budget what its work costs.
 */
export interface CelFunction {
  /** As documented: `replace(text, old, new, limit?)`. */
  readonly usage: string;
  readonly args: readonly [min: number, max: number];
  readonly call: (args: readonly Value[], tools: Tools) => Value;
}

/** Reads arguments by position, with errors that name the function. */
export function argument(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}
export function textArg(name: string, args: readonly Value[], index: number): string {
  const value = argument(args, index);
  if (typeof value === 'string') return value;
  throw mismatch(name, 'a string', value);
}
export function numberArg(name: string, args: readonly Value[], index: number): number {
  const value = argument(args, index);
  if (typeof value === 'number') return value;
  throw mismatch(name, 'a number', value);
}
/** A whole number, or `missing` when the argument was left out. */
export function wholeArg(name: string, args: readonly Value[], index: number, missing: number): number {
  if (index >= args.length) return missing;
  const value = argument(args, index);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw mismatch(name, 'a whole number', value);
}
export function listArg(name: string, args: readonly Value[], index: number): ValueList {
  const value = argument(args, index);
  if (isList(value)) return value;
  throw mismatch(name, 'a list', value);
}
export function mapArg(name: string, args: readonly Value[], index: number): ValueMap {
  const value = argument(args, index);
  if (isMap(value)) return value;
  throw mismatch(name, 'a map', value);
}
/** An instant, or the RFC 3339 text of one; ms since the epoch. */
export function instantArg(name: string, args: readonly Value[], index: number): number {
  const value = argument(args, index);
  const ms = value instanceof Timestamp ? value.ms : typeof value === 'string' ? parseInstant(value) : null;
  if (ms !== null) return ms;
  throw mismatch(name, 'a timestamp', value);
}
export function mismatch(name: string, wanted: string, value: Value): Error {
  return wrong(`${name}() needs ${wanted}, not a ${typeName(value)}`);
}
