import { jsonEquals } from '../../dsl/expressions/index.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Whether `data` fits `pattern` (dsl.md, section 8): a map's fields must all fit, a list is any of, else equality.
 * `null` as the whole pattern fits anything.
 */
export function matches(data: Json, pattern: Json): boolean {
  return pattern === null ? true : fits(data, pattern);
}

function fits(data: Json | undefined, pattern: Json): boolean {
  if (Array.isArray(pattern)) return pattern.some((one) => fits(data, one));
  if (isObject(pattern)) {
    return (
      data !== undefined &&
      isObject(data) &&
      Object.keys(pattern).every((key) => fits(Object.hasOwn(data, key) ? data[key] : undefined, pattern[key] ?? null))
    );
  }
  return data !== undefined && jsonEquals(data, pattern);
}
