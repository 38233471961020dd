import type { Budget } from '../budget.ts';
import { equals } from '../equals.ts';
import { EvaluationFailure, wrong } from '../expression-error.ts';
import { addNumbers, compare } from '../operators.ts';
import { isList, isMap, member, type MutableMap, put, type Value, type ValueList, type ValueMap } from '../values.ts';
import { argument, type CelFunction, listArg, mapArg, mismatch, numberArg, wholeArg } from './function.ts';
import { pointsOf } from './text.ts';

/** Functions over lists and maps. None changes its arguments. */
export const COLLECTION: Readonly<Record<string, CelFunction>> = {
  size: {
    usage: 'size(text | list | map)',
    args: [1, 1],
    call: (args, { budget }) => {
      const value = argument(args, 0);
      if (typeof value === 'string') return pointsOf(value, budget).length;
      if (isList(value)) return value.length;
      if (isMap(value)) return keysOf(value, budget).length;
      throw mismatch('size', 'a string, a list or a map', value);
    },
  },
  first: {
    usage: 'first(list); fails for an empty one',
    args: [1, 1],
    call: (args) => itemOf('first', listArg('first', args, 0), 0),
  },
  last: {
    usage: 'last(list); fails for an empty one',
    args: [1, 1],
    call: (args) => {
      const list = listArg('last', args, 0);
      return itemOf('last', list, list.length - 1);
    },
  },
  slice: {
    usage: 'slice(list, from, to?); `to` is not included, negative positions count from the end',
    args: [2, 3],
    call: (args, { budget }) => {
      const list = listArg('slice', args, 0);
      const part = list.slice(wholeArg('slice', args, 1, 0), wholeArg('slice', args, 2, list.length));
      budget.spend(part.length);
      return part;
    },
  },
  reverse: {
    usage: 'reverse(list | text)',
    args: [1, 1],
    call: (args, { budget }) => {
      const value = argument(args, 0);
      if (typeof value === 'string') return [...pointsOf(value, budget)].reverse().join('');
      const list = listArg('reverse', args, 0);
      budget.spend(list.length);
      return list.toReversed();
    },
  },
  sort: {
    usage: 'sort(list) of numbers, of strings or of timestamps, ascending',
    args: [1, 1],
    call: (args, { budget }) => sorted(listArg('sort', args, 0), (item) => item, budget),
  },
  distinct: {
    usage: 'distinct(list): each value once, in the order of their first',
    args: [1, 1],
    call: (args, { budget }) => distinct(listArg('distinct', args, 0), budget),
  },
  flatten: {
    usage: 'flatten(list, depth?); 1 level if not said',
    args: [1, 2],
    call: (args, { budget }) =>
      flatten(listArg('flatten', args, 0), Math.min(wholeArg('flatten', args, 1, 1), 100), budget),
  },
  range: {
    usage: 'range(count) or range(from, to); `to` is not included',
    args: [1, 2],
    call: (args, { budget }) => {
      const from = args.length > 1 ? wholeArg('range', args, 0, 0) : 0;
      const count = Math.max(0, wholeArg('range', args, args.length - 1, 0) - from);
      budget.spend(count);
      return Array.from({ length: count }, (_, index) => from + index);
    },
  },
  sum: {
    usage: 'sum(list of numbers); 0 for an empty one',
    args: [1, 1],
    call: (args, { budget }) => {
      const list = listArg('sum', args, 0);
      budget.spend(list.length);
      return list.reduce<number>((total, _, index) => addNumbers(total, numberArg('sum', list, index)), 0);
    },
  },
  min: { usage: 'min(list) or min(a, b, …)', args: [1, 32], call: (args, { budget }) => extreme('min', args, budget) },
  max: { usage: 'max(list) or max(a, b, …)', args: [1, 32], call: (args, { budget }) => extreme('max', args, budget) },
  keys: { usage: 'keys(map)', args: [1, 1], call: (args, { budget }) => keysOf(mapArg('keys', args, 0), budget) },
  values: {
    usage: 'values(map)',
    args: [1, 1],
    call: (args, { budget }) => {
      const map = mapArg('values', args, 0);
      return keysOf(map, budget).map((key) => map[key] ?? null);
    },
  },
  entries: {
    usage: 'entries(map): a list of { key, value }, in the map’s order',
    args: [1, 1],
    call: (args, { budget }) => {
      const map = mapArg('entries', args, 0);
      return keysOf(map, budget).map((key) => ({ key, value: map[key] ?? null }));
    },
  },
  fromEntries: {
    usage: 'fromEntries(list of { key, value }); the last of equal keys counts',
    args: [1, 1],
    call: (args, { budget }) => {
      const map: MutableMap = {};
      for (const entry of listArg('fromEntries', args, 0)) {
        budget.spend(1);
        const key = isMap(entry) ? member(entry, 'key') : undefined;
        if (!isMap(entry) || typeof key !== 'string')
          throw wrong('fromEntries() needs items { key, value } whose key is a string');
        put(map, key, member(entry, 'value') ?? null);
      }
      return map;
    },
  },
  merge: {
    usage: 'merge(map, map, …): the fields of all; of equal ones the last counts',
    args: [1, 32],
    call: (args, { budget }) => {
      const merged: MutableMap = {};
      for (const index of args.keys()) {
        const map = mapArg('merge', args, index);
        for (const key of keysOf(map, budget)) put(merged, key, map[key] ?? null);
      }
      return merged;
    },
  },
};

/** The list in ascending order of what `key` gives; equal ones keep their order. */
export function sorted(list: ValueList, key: (item: Value, index: number) => Value, budget: Budget): ValueList {
  const keyed = list.map((item, index) => ({ item, key: key(item, index) }));
  keyed.sort((a, b) => {
    budget.spend(1);
    return compare(a.key, b.key, budget);
  });
  return keyed.map((entry) => entry.item);
}

function keysOf(map: ValueMap, budget: Budget): string[] {
  const keys = Object.keys(map);
  budget.spend(keys.length);
  return keys;
}

function itemOf(name: string, list: ValueList, index: number): Value {
  const item = list[index];
  if (item === undefined) throw new EvaluationFailure('missing', `${name}() found the list empty`);
  return item;
}

function distinct(list: ValueList, budget: Budget): ValueList {
  const scalars = new Set<Value>();
  const kept: Value[] = [];
  const objects: Value[] = [];
  for (const item of list) {
    budget.spendChars(typeof item === 'string' ? item.length : 0);
    const known = typeof item === 'object' && item !== null ? objects : null;
    if (known === null ? scalars.has(item) : known.some((other) => equals(other, item, budget))) continue;
    if (known === null) scalars.add(item);
    else known.push(item);
    kept.push(item);
  }
  return kept;
}

function flatten(list: ValueList, depth: number, budget: Budget): ValueList {
  budget.spend(list.length + 1);
  return list.flatMap((item) => (isList(item) && depth > 0 ? flatten(item, depth - 1, budget) : [item]));
}

function extreme(name: 'min' | 'max', args: readonly Value[], budget: Budget): Value {
  const items = args.length === 1 ? listArg(name, args, 0) : args;
  budget.spend(items.length);
  if (items.length === 0) throw wrong(`${name}() found the list empty`);
  return items.reduce((best, item) =>
    (name === 'min' ? compare(item, best, budget) < 0 : compare(item, best, budget) > 0) ? item : best,
  );
}
