import type { Json } from '../ir/json.ts';
import { formatDuration } from './duration.ts';
import { EvaluationFailure, wrong } from './expression-error.ts';
import { formatInstant } from './instant.ts';
import { MAX_OUTPUT_CHARS, MAX_VALUE_DEPTH } from './limits.ts';
import { Duration, isList, isMap, type MutableMap, Optional, put, Timestamp, type Value } from './values.ts';

interface Sized {
  readonly json: Json;
  readonly chars: number;
}

/**
 * The JSON for a value: instants as RFC 3339, durations as `90s`, an optional as its value or null, -0 as 0. Parts that are
 * JSON already are shared, not copied. Throws EvaluationFailure when the result would be over MAX_OUTPUT_CHARS as text or
 * nested over MAX_VALUE_DEPTH. Each list and map is measured once, however often it occurs.
 */
export function toJson(value: Value): Json {
  return convert(value, new Map(), 0).json;
}

function convert(value: Value, seen: Map<object, Sized>, depth: number): Sized {
  if (value === null) return { json: null, chars: 4 };
  if (typeof value === 'string') return limited({ json: value, chars: value.length + 2 });
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw wrong('the number is not finite');
    return { json: value === 0 ? 0 : value, chars: 8 };
  }
  if (typeof value === 'boolean') return { json: value, chars: 5 };
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (depth > MAX_VALUE_DEPTH)
    throw new EvaluationFailure('limit', `the value is nested more than ${MAX_VALUE_DEPTH} levels deep`);
  const sized = limited(convertObject(value, seen, depth));
  seen.set(value, sized);
  return sized;
}

function convertObject(
  value: Exclude<Value, null | boolean | number | string>,
  seen: Map<object, Sized>,
  depth: number,
): Sized {
  if (value instanceof Timestamp) return { json: formatInstant(value.ms), chars: 26 };
  if (value instanceof Duration) return { json: formatDuration(value.ms), chars: 12 };
  if (value instanceof Optional)
    return value.value === undefined ? { json: null, chars: 4 } : convert(value.value, seen, depth + 1);
  let chars = 2;
  let same = true;
  if (isList(value)) {
    const items: Json[] = [];
    for (const item of value) {
      const sized = convert(item, seen, depth + 1);
      chars += sized.chars + 1;
      same &&= Object.is(sized.json, item);
      items.push(sized.json);
    }
    // When no part changed, the value is JSON already.
    return { json: same ? (value as readonly Json[]) : items, chars };
  }
  if (!isMap(value)) throw wrong('the value is not data');
  const map: MutableMap = {};
  for (const key of Object.keys(value)) {
    const field = value[key] ?? null;
    const sized = convert(field, seen, depth + 1);
    chars += sized.chars + key.length + 4;
    same &&= Object.is(sized.json, field);
    put(map, key, sized.json);
  }
  return { json: (same ? value : map) as Json, chars };
}

function limited(sized: Sized): Sized {
  if (sized.chars > MAX_OUTPUT_CHARS)
    throw new EvaluationFailure('limit', `the result is larger than ${MAX_OUTPUT_CHARS} characters`);
  return sized;
}
