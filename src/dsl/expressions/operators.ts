import type { BinaryOperator } from './ast.ts';
import type { Budget } from './budget.ts';
import { parseDuration } from './duration.ts';
import { equals } from './equals.ts';
import { wrong } from './expression-error.ts';
import { parseInstant } from './instant.ts';
import { Duration, isList, isMap, Timestamp, typeName, type Value } from './values.ts';

type Operator = (left: Value, right: Value, budget: Budget) => Value;

/** What each operator does. Numbers are JSON's: one kind, so `5 / 2` is 2.5. */
export const OPERATORS: Readonly<Record<BinaryOperator, Operator>> = {
  '==': (left, right, budget) => equals(left, right, budget),
  '!=': (left, right, budget) => !equals(left, right, budget),
  '<': (left, right, budget) => compare(left, right, budget) < 0,
  '<=': (left, right, budget) => compare(left, right, budget) <= 0,
  '>': (left, right, budget) => compare(left, right, budget) > 0,
  '>=': (left, right, budget) => compare(left, right, budget) >= 0,
  in: isIn,
  '+': add,
  '-': subtract,
  '*': (left, right) => {
    if (left instanceof Duration && typeof right === 'number') return new Duration(left.ms * right);
    if (right instanceof Duration && typeof left === 'number') return new Duration(right.ms * left);
    const [a, b] = numbers('*', left, right);
    return exact(a * b, a, b);
  },
  '/': (left, right) => {
    const [a, b] = numbers('/', left, right);
    if (b === 0) throw wrong('division by zero');
    return finite(a / b);
  },
  '%': (left, right) => {
    const [a, b] = numbers('%', left, right);
    if (b === 0) throw wrong('division by zero');
    return finite(a % b);
  },
};

/** Below 0, 0, above 0. Numbers, strings and truth values among themselves; instants and durations also with the text for one. */
export function compare(left: Value, right: Value, budget: Budget): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') {
    budget.spendChars(Math.min(left.length, right.length));
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const special = msOf(left, right);
  if (special !== null) return special[0] - special[1];
  throw wrong(
    `a ${typeName(left)} and a ${typeName(right)} can’t be put in order${left === null || right === null ? '; test for null first' : ''}`,
  );
}

/** A condition's value; `where` names the operator or macro for the message. */
export function boolOf(value: Value, where: string): boolean {
  if (typeof value === 'boolean') return value;
  const hint =
    value === null
      ? '; compare it, as in $x != null'
      : typeof value === 'string' || typeof value === 'number'
        ? '; compare it, as in $x == "yes" or $x > 0'
        : '';
  throw wrong(`\`${where}\` needs true or false, not a ${typeName(value)}${hint}`);
}

/** Adds numbers; whole ones stay exact or fail. */
export function addNumbers(a: number, b: number): number {
  return exact(a + b, a, b);
}

function add(left: Value, right: Value, budget: Budget): Value {
  if (typeof left === 'number' && typeof right === 'number') return addNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string') {
    budget.spendChars(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    budget.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.ms + right.ms);
  if (left instanceof Duration && right instanceof Timestamp) return new Timestamp(left.ms + right.ms);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms + right.ms);
  const text = typeof left === 'string' || typeof right === 'string';
  throw wrong(
    `can’t add a ${typeName(left)} and a ${typeName(right)}${text ? '; string(x) makes a text of a value, int(x) or double(x) a number' : ''}`,
  );
}

function subtract(left: Value, right: Value): Value {
  if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.ms - right.ms);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms - right.ms);
  if (left instanceof Timestamp || right instanceof Timestamp) {
    const pair = msOf(left, right);
    if (pair !== null) return new Duration(pair[0] - pair[1]);
  }
  const [a, b] = numbers('-', left, right);
  return exact(a - b, a, b);
}

function isIn(left: Value, right: Value, budget: Budget): boolean {
  if (isList(right)) return right.some((item) => equals(item, left, budget));
  if (isMap(right)) return (typeof left === 'string' || typeof left === 'number') && Object.hasOwn(right, String(left));
  const hint = typeof right === 'string' ? '; for a part of a text write text.contains(part)' : '';
  throw wrong(`\`in\` looks into a list or a map, not into a ${typeName(right)}${hint}`);
}

function numbers(op: string, left: Value, right: Value): [number, number] {
  if (typeof left === 'number' && typeof right === 'number') return [left, right];
  const text = typeof left === 'string' || typeof right === 'string';
  throw wrong(
    `\`${op}\` needs numbers, not a ${typeName(left)} and a ${typeName(right)}${text ? '; int(x) or double(x) makes a number of a text' : ''}`,
  );
}

/** Whole numbers that were exact must stay so: beyond 2^53 they would silently change. */
function exact(result: number, a: number, b: number): number {
  if (!Number.isSafeInteger(result) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    throw wrong('the number is beyond ±9007199254740991 and would not be exact');
  }
  return finite(result);
}

function finite(result: number): number {
  if (!Number.isFinite(result)) throw wrong('the number is too large');
  return result;
}

/** Both as ms, when one is an instant or a duration and the other one too, or text for one. */
function msOf(left: Value, right: Value): [number, number] | null {
  const parse =
    left instanceof Timestamp || right instanceof Timestamp
      ? instantMs
      : left instanceof Duration || right instanceof Duration
        ? durationMs
        : null;
  if (parse === null) return null;
  const a = parse(left);
  const b = parse(right);
  return a === null || b === null ? null : [a, b];
}
function instantMs(value: Value): number | null {
  return value instanceof Timestamp ? value.ms : typeof value === 'string' ? parseInstant(value) : null;
}
function durationMs(value: Value): number | null {
  return value instanceof Duration ? value.ms : typeof value === 'string' ? parseDuration(value) : null;
}
