import type { Json } from '../ir/json.ts';
import { Budget } from './budget.ts';
import { EvaluationFailure, ExpressionError } from './expression-error.ts';
import { MAX_VALUE_DEPTH } from './limits.ts';
import { parseInstant } from './instant.ts';
import { Duration, isList, isMap, Optional, Timestamp, type Value } from './values.ts';

/**
 * Whether two JSON values are the same, deeply; `1` and `1.0` are, the order of fields doesn't count.
 * Throws ExpressionError for values nested over MAX_VALUE_DEPTH.
 */
export function jsonEquals(a: Json, b: Json): boolean {
  try {
    return equals(a, b, new Budget(Number.POSITIVE_INFINITY), 0);
  } catch (error) {
    if (error instanceof EvaluationFailure) throw new ExpressionError({ message: error.message, field: null, src: '' });
    throw error;
  }
}

/**
 * CEL's `==` over all values: different types are unequal, never an error. An instant equals the text that stands for it,
 * because JSON can only hold the text.
 */
export function equals(a: Value, b: Value, budget: Budget, depth = 0): boolean {
  if (a === b) return true;
  budget.spend(1);
  if (typeof a !== 'object' && typeof b !== 'object') {
    if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) budget.spendChars(a.length);
    return a === b;
  }
  if (depth > MAX_VALUE_DEPTH)
    throw new EvaluationFailure('limit', `values nested more than ${MAX_VALUE_DEPTH} levels deep can’t be compared`);
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    for (const [index, item] of a.entries()) if (!equals(item, b[index] ?? null, budget, depth + 1)) return false;
    return true;
  }
  if (isMap(a)) {
    if (!isMap(b)) return false;
    const keys = Object.keys(a);
    budget.spend(keys.length);
    if (keys.length !== Object.keys(b).length) return false;
    for (const key of keys)
      if (!Object.hasOwn(b, key) || !equals(a[key] ?? null, b[key] ?? null, budget, depth + 1)) return false;
    return true;
  }
  if (a instanceof Timestamp || b instanceof Timestamp) {
    const instant = instantOf(a);
    return instant !== null && instant === instantOf(b);
  }
  if (a instanceof Duration && b instanceof Duration) return a.ms === b.ms;
  if (a instanceof Optional && b instanceof Optional) {
    return a.value === undefined || b.value === undefined
      ? a.value === b.value
      : equals(a.value, b.value, budget, depth + 1);
  }
  return false;
}

function instantOf(value: Value): number | null {
  if (value instanceof Timestamp) return value.ms;
  return typeof value === 'string' ? parseInstant(value) : null;
}
