import { COLLECTION } from './collection.ts';
import { CONVERSION } from './conversion.ts';
import { ENCODING } from './encoding.ts';
import type { CelFunction } from './function.ts';
import { NUMBER } from './number.ts';
import { TEXT } from './text.ts';
import { TIME } from './time.ts';

/** Every function by name. A Map, because a name such as `constructor` must find nothing. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map(
  Object.entries({ ...CONVERSION, ...TEXT, ...COLLECTION, ...NUMBER, ...TIME, ...ENCODING }),
);

/** Forms that decide themselves what is evaluated: with a variable of their own, or with arguments that may be missing. By usage. */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ['has', 'has($x.field)'],
  ['coalesce', 'coalesce($x.a, $x.b, …): the first that is there and not null'],
  ['map', 'list.map(x, value) or list.map(x, condition, value)'],
  ['filter', 'list.filter(x, condition)'],
  ['all', 'list.all(x, condition)'],
  ['exists', 'list.exists(x, condition)'],
  ['exists_one', 'list.exists_one(x, condition)'],
  ['sortBy', 'list.sortBy(x, key)'],
  ['bind', 'cel.bind(name, value, expression)'],
  ['orValue', '$x.?field.orValue(other)'],
  ['hasValue', '$x.?field.hasValue()'],
  ['or', '$x.?a.or($x.?b)'],
]);
