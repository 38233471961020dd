import { jsonEquals } from '../dsl/expressions/index.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { shown } from './read-expect.ts';

export interface Difference {
  /** `output.items[0].id` */
  readonly path: string;
  readonly message: string;
  readonly expected: Json | null;
  readonly actual: Json | null;
}

const MAX_DIFFERENCES = 10;

/**
 * Where `actual` is not what was expected; none: it is. A subset: a map may have more fields than are expected; a list has
 * as many items, each compared so. At most 10.
 */
export function findDifferences(expected: Json, actual: Json | undefined, path: string): Difference[] {
  const found: Difference[] = [];
  compare(expected, actual, path, found);
  return found;
}

function compare(expected: Json, actual: Json | undefined, path: string, found: Difference[]): void {
  if (found.length >= MAX_DIFFERENCES) return;
  const add = (message: string): void => void found.push({ path, message, expected, actual: actual ?? null });
  if (actual === undefined) return add(`${path} is missing; expected ${shown(expected)}`);
  if (isMap(expected) && isMap(actual)) {
    for (const [key, value] of Object.entries(expected)) {
      const name = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      compare(value, Object.hasOwn(actual, key) ? actual[key] : undefined, path + name, found);
    }
  } else if (isList(expected) && isList(actual)) {
    if (expected.length !== actual.length)
      add(`${path} has ${count(actual.length)}; expected ${expected.length}: ${shown(expected)}, got ${shown(actual)}`);
    else for (const [index, item] of expected.entries()) compare(item, actual[index], `${path}[${index}]`, found);
  } else if (!jsonEquals(expected, actual)) add(`${path} is ${shown(actual)}; expected ${shown(expected)}`);
}

function count(items: number): string {
  return items === 1 ? '1 item' : `${items} items`;
}
function isMap(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
