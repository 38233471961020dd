import type { Json } from '../ir/json.ts';
import { EvaluationFailure } from './expression-error.ts';

/** Values that JSON has no word for; they live only while an expression is evaluated. */
export abstract class Special {
  abstract readonly type: 'timestamp' | 'duration' | 'optional';
}
/** An instant, ms since the epoch. */
export class Timestamp extends Special {
  readonly type = 'timestamp';
  readonly ms: number;
  constructor(ms: number) {
    super();
    // The range of RFC 3339: years 0001 to 9999.
    if (!(ms >= -62_135_596_800_000 && ms <= 253_402_300_799_999))
      throw new EvaluationFailure('wrong', 'the timestamp is outside the years 1 to 9999');
    this.ms = ms;
  }
}
/** A length of time in ms, negative too. */
export class Duration extends Special {
  readonly type = 'duration';
  readonly ms: number;
  constructor(ms: number) {
    super();
    if (!Number.isSafeInteger(Math.trunc(ms))) throw new EvaluationFailure('wrong', 'the duration is too long');
    this.ms = ms;
  }
}
/** What `.?field` gives: a value or none. */
export class Optional extends Special {
  readonly type = 'optional';
  /** undefined: none. */
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    super();
    this.value = value;
  }
}

export type Value = null | boolean | number | string | Special | ValueList | ValueMap;
export type ValueList = readonly Value[];
export interface ValueMap {
  readonly [key: string]: Value;
}
export type MutableMap = { [key: string]: Value };

export function isList(value: Value | Json): value is ValueList {
  return Array.isArray(value);
}
export function isMap(value: Value | Json): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Special);
}

/** A type's name as messages and `type()` give it. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Special) return value.type;
  if (typeof value === 'object') return 'map';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Sets an own field whatever its name: `__proto__` must not reach the prototype. */
export function put(map: MutableMap, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

/**
 * A field of a map or an item of a list; undefined when there is none, or when the value can't have any. Only own fields
 * count: prototypes can't be reached.
 */
export function member(value: Value, key: Value): Value | undefined {
  if (Array.isArray(value)) return typeof key === 'number' && key >= 0 ? (value as ValueList)[key] : undefined;
  if (!isMap(value) || (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'boolean'))
    return undefined;
  const name = String(key);
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
