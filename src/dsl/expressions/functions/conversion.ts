import type { Budget } from '../budget.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import { EvaluationFailure, wrong } from '../expression-error.ts';
import { formatInstant, parseInstant } from '../instant.ts';
import type { Json } from '../../ir/json.ts';
import { MAX_VALUE_DEPTH } from '../limits.ts';
import { toJson } from '../to-json.ts';
import { Duration, Optional, Timestamp, typeName, type Value } from '../values.ts';
import { argument, type CelFunction, mismatch, textArg } from './function.ts';

/** Longer texts are no numbers anybody wrote. */
const MAX_NUMBER_CHARS = 400;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Functions from one type to another. */
export const CONVERSION: Readonly<Record<string, CelFunction>> = {
  string: {
    usage: 'string(value): lists and maps as JSON',
    args: [1, 1],
    call: (args, { budget }) => stringOf(argument(args, 0), budget),
  },
  int: {
    usage: 'int(number | text | bool | timestamp): fractions are cut off; a timestamp gives seconds',
    args: [1, 1],
    call: (args) => intOf(argument(args, 0)),
  },
  double: { usage: 'double(number | text)', args: [1, 1], call: (args) => doubleOf(argument(args, 0)) },
  bool: {
    usage: 'bool(bool | text): "true" or "false"',
    args: [1, 1],
    call: (args) => {
      const value = argument(args, 0);
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw mismatch('bool', '"true" or "false"', value);
    },
  },
  timestamp: {
    usage: 'timestamp(text | seconds): RFC 3339, or seconds since 1970',
    args: [1, 1],
    call: (args) => {
      const value = argument(args, 0);
      if (value instanceof Timestamp) return value;
      if (typeof value === 'number') return new Timestamp(value * 1000);
      const ms = typeof value === 'string' ? parseInstant(value) : null;
      if (ms === null) throw mismatch('timestamp', 'RFC 3339 such as "2026-01-31T09:00:00Z"', value);
      return new Timestamp(ms);
    },
  },
  duration: {
    usage: 'duration(text): "90s", "1h30m", "PT5M", with a minus before it for negative ones',
    args: [1, 1],
    call: (args) => {
      const value = argument(args, 0);
      if (value instanceof Duration) return value;
      const negative = typeof value === 'string' && value.startsWith('-');
      const ms = typeof value === 'string' ? parseDuration(negative ? value.slice(1) : value) : null;
      if (ms === null) throw mismatch('duration', 'a text such as "90s" or "1h30m"', value);
      return new Duration(negative ? -ms : ms);
    },
  },
  type: {
    usage: 'type(value): "null", "bool", "number", "string", "list", "map", "timestamp" or "duration"',
    args: [1, 1],
    call: (args) => typeName(argument(args, 0)),
  },
  dyn: { usage: 'dyn(value): the value itself', args: [1, 1], call: (args) => argument(args, 0) },
  toJson: {
    usage: 'toJson(value): its JSON text',
    args: [1, 1],
    call: (args, { budget }) => jsonText(toJson(argument(args, 0)), budget),
  },
  parseJson: {
    usage: 'parseJson(text)',
    args: [1, 1],
    call: (args, { budget }) => {
      const text = textArg('parseJson', args, 0);
      budget.spendChars(text.length * 2);
      checkNesting(text);
      try {
        return JSON.parse(text) as Json;
      } catch {
        throw wrong('parseJson() was given a text that is no JSON');
      }
    },
  },
};

/** Any value as text: strings as they are, null as `null`, lists and maps as JSON. */
export function stringOf(value: Value, budget: Budget): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value === 0 ? 0 : value);
  if (value instanceof Timestamp) return formatInstant(value.ms);
  if (value instanceof Duration) return formatDuration(value.ms);
  if (value instanceof Optional) return value.value === undefined ? 'null' : stringOf(value.value, budget);
  return jsonText(toJson(value), budget);
}

function jsonText(value: Json, budget: Budget): string {
  const text = JSON.stringify(value);
  budget.spendChars(text.length);
  return text;
}

function intOf(value: Value): number {
  let result = Number.NaN;
  if (typeof value === 'number') result = Math.trunc(value);
  else if (typeof value === 'boolean') result = Number(value);
  else if (value instanceof Timestamp) result = Math.floor(value.ms / 1000);
  else if (typeof value === 'string' && value.length <= MAX_NUMBER_CHARS && /^[+-]?\d+$/.test(value.trim()))
    result = Number(value);
  else throw mismatch('int', 'a number or a text of digits', value);
  if (!Number.isSafeInteger(result))
    throw wrong('int() gives a number beyond ±9007199254740991, which would not be exact');
  return result;
}

function doubleOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.length <= MAX_NUMBER_CHARS && DECIMAL.test(value.trim())) {
    const result = Number(value);
    if (Number.isFinite(result)) return result;
  }
  throw mismatch('double', 'a number or the text of one', value);
}

/** Refuses text nested so deep that walking the value would be a risk, before it is parsed. */
function checkNesting(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (char === 34) {
      for (index++; index < text.length && text.charCodeAt(index) !== 34; index++)
        if (text.charCodeAt(index) === 92) index++;
    } else if (char === 91 || char === 123) {
      if (++depth > MAX_VALUE_DEPTH)
        throw new EvaluationFailure('limit', `parseJson() takes JSON of at most ${MAX_VALUE_DEPTH} levels`);
    } else if (char === 93 || char === 125) depth--;
  }
}
