import { chainOf, type Node } from './ast.ts';
import { EvaluationFailure } from './expression-error.ts';
import type { Frame, Run } from './frame.ts';
import { parseInstant } from './instant.ts';
import type { Scope } from './scope.ts';
import { isList, member, Optional, Timestamp, typeName, type Value } from './values.ts';

type Key = string | number;

/** `$root`, fields and items: `$a.b[0].c`, `$a.?b`, `x[$i]`. */
export function compilePath(node: Node, scope: Scope): Run {
  const { start, path, optionalFrom } = chainOf(node);
  if (start.kind === 'root') {
    const { name } = start;
    scope.findings.reference({
      root: name,
      path,
      offset: start.at,
      length: node.end - start.at,
      optional: scope.forgiving || optionalFrom < path.length,
    });
    if (path.length === 0) return (frame) => rootOf(frame, name);
    return (frame) => walk({ from: rootOf(frame, name), path, optionalFrom, frame, name: `$${name}` });
  }
  if (path.length > 0) {
    const base = scope.compile(start, scope);
    const name = start.kind === 'name' ? start.name : null;
    return (frame) => walk({ from: base(frame), path, optionalFrom, frame, name });
  }
  if (start.kind !== 'index') return scope.compile(start, scope);
  const of = scope.compile(start.of, scope);
  const index = scope.compile(start.index, scope);
  const optionalAt = start.optional ? 0 : 1;
  return (frame) => {
    const key = index(frame);
    const from = of(frame);
    if (typeof key === 'string' || typeof key === 'number')
      return walk({ from, path: [key], optionalFrom: optionalAt, frame, name: null });
    throw new EvaluationFailure(
      'wrong',
      `a field or an item is taken by a string or a number, not by a ${typeName(key)}`,
    );
  };
}

function rootOf(frame: Frame, name: string): Value {
  frame.budget.spend(1);
  const value = frame.lookup(name);
  if (value === undefined) throw new EvaluationFailure('missing', `\`$${name}\` has no value here`, name);
  if (name !== 'now') return value;
  const ms = typeof value === 'string' ? parseInstant(value) : value;
  return typeof ms === 'number' ? new Timestamp(ms) : value;
}

function walk(way: {
  from: Value;
  path: readonly Key[];
  optionalFrom: number;
  frame: Frame;
  name: string | null;
}): Value {
  const { path, optionalFrom, frame } = way;
  frame.budget.spend(path.length);
  let value = way.from;
  let optional = false;
  if (value instanceof Optional) {
    if (value.value === undefined) return value;
    value = value.value;
    optional = true;
  }
  for (let index = 0; index < path.length; index++) {
    const key = path[index] as Key;
    if (index === optionalFrom) optional = true;
    const next: Value | undefined = member(value, key);
    if (next === undefined) {
      if (optional) return new Optional(undefined);
      throw missing(value, key, way.name === null ? null : way.name + textOf(path.slice(0, index)));
    }
    value = next;
  }
  return optional ? new Optional(value) : value;
}

/** Why there is no such field; tells places and types, never data. */
function missing(value: Value, key: Key, name: string | null): EvaluationFailure {
  const subject = name === null ? `a ${typeName(value)}` : `\`${name}\``;
  const field = String(key);
  if (value === null)
    return new EvaluationFailure(
      'missing',
      `${subject} is null, so it has no ${typeof key === 'number' ? 'item' : 'field'} ${quoted(key)}`,
      field,
    );
  if (isList(value)) {
    if (typeof key === 'number')
      return new EvaluationFailure('missing', `${subject} has no item ${key}: it is a list of ${value.length}`, field);
    return new EvaluationFailure(
      'missing',
      `${subject} is a list, so it has no field ${quoted(key)}; take an item by its number, or use map()`,
      field,
    );
  }
  if (typeof value === 'object' && typeName(value) === 'map')
    return new EvaluationFailure('missing', `${subject} has no field ${quoted(key)}`, field);
  return new EvaluationFailure(
    'missing',
    `${subject} is a ${typeName(value)}, so it has no field ${quoted(key)}`,
    field,
  );
}

function quoted(key: Key): string {
  return typeof key === 'number' ? String(key) : JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
}

function textOf(path: readonly Key[]): string {
  return path
    .map((key) => (typeof key === 'string' && /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`))
    .join('');
}
