import type { Count, Duration, Value } from '../check/model.ts';
import type { CountIr, DurationIr, Json, ValueIr } from '../ir/index.ts';

export function lowerDuration(duration: Duration): DurationIr {
  return typeof duration === 'number' ? duration : duration.ir;
}

export function lowerCount(count: Count): CountIr {
  return typeof count === 'number' ? count : count.ir;
}

export function literalIr(value: Json): ValueIr {
  return { v: 'lit', value };
}

export function lowerValue(value: Value | undefined, fallback: Json): ValueIr {
  return value?.ir ?? literalIr(fallback);
}

/** `{ [key]: lower(value) }`, or nothing where the author left the setting out. */
export function optional<K extends string, T, R>(
  key: K,
  value: T | undefined,
  lower: (value: T) => R,
): { [P in K]?: R } {
  return value === undefined ? {} : ({ [key]: lower(value) } as { [P in K]: R }); // a computed key widens to string
}
