import { describe, expect, it } from 'vitest';
import type { Json } from '../ir/json.ts';
import { Evaluator, ExpressionError } from './index.ts';
import { lookup } from './testdata/lookup.ts';

describe('resolve', () => {
  const evaluator = new Evaluator();
  it('joins texts: JSON for lists and maps, null as null', () => {
    const parts = [
      'n=',
      { src: '$input.n' },
      ' ',
      { src: '$input.map' },
      ' ',
      { src: '$skipped' },
      ' ',
      { src: '$input.yes' },
      ' ',
      { src: '$now' },
      ' ',
      { src: 'duration("90s")' },
    ];
    expect(evaluator.resolve({ v: 'text', parts }, lookup)).toBe(
      'n=5 {"b":2,"a":"x"} null true 2026-01-31T09:00:00Z 90s',
    );
  });

  it('leaves an optional entry out only when it finds nothing', () => {
    const map = {
      v: 'map',
      entries: [
        { key: 'a', value: { v: 'expr', src: '$input.zz' }, optional: true },
        { key: 'b', value: { v: 'expr', src: '$input.none' }, optional: true },
      ],
    } as const;
    expect(evaluator.resolve(map, lookup)).toEqual({ b: null });
    expect(() =>
      evaluator.resolve({ v: 'map', entries: [{ key: 'a', value: { v: 'expr', src: '$input.zz' } }] }, lookup),
    ).toThrow(ExpressionError);
  });

  it('gives fills for what only the activity knows', () => {
    const value = {
      v: 'map',
      entries: [
        { key: 'auth', value: { v: 'text', parts: ['Bearer ', { secret: 'TOKEN' }, '/', { src: '$input.n' }] } },
        {
          key: 'list',
          value: { v: 'list', items: [{ v: 'lit', value: 1 }, { v: 'secret', name: 'K' }, { v: 'callback_url' }] },
        },
        { key: 'n', value: { v: 'expr', src: '$input.n' } },
      ],
    } as const;
    expect(evaluator.resolveParams(value, lookup)).toEqual({
      params: { auth: null, list: [1, null, null], n: 5 },
      fills: [
        { path: ['auth'], parts: ['Bearer ', { secret: 'TOKEN' }, '/5'] },
        { path: ['list', 1], parts: [{ secret: 'K' }] },
        { path: ['list', 2], parts: [{ callback_url: true }] },
      ],
    });
    const bug = (): Json => evaluator.resolve(value, lookup);
    expect(bug).toThrow('outside the params');
    expect(bug).not.toThrow(ExpressionError);
  });

  it('reads durations and counts', () => {
    const expr = (src: string) => ({ v: 'expr', src }) as const;
    expect(evaluator.duration(1500, lookup)).toBe(1500);
    expect(evaluator.duration(expr('"1h30m"'), lookup)).toBe(5_400_000);
    expect(evaluator.duration(expr('$now - timestamp($input.at)'), lookup)).toBe(3_600_000);
    expect(evaluator.duration(expr('timestamp($input.at) - $now'), lookup)).toBe(0);
    expect(evaluator.duration(expr('$input.n * 1000'), lookup)).toBe(5000);
    expect(evaluator.duration({ v: 'text', parts: [{ src: '$input.n' }, 'm'] }, lookup)).toBe(300_000);
    expect(() => evaluator.duration(expr('$input.s'), lookup)).toThrow(ExpressionError);
    expect(() => evaluator.duration(expr('$skipped'), lookup)).toThrow('this is a null');
    expect(evaluator.count(expr('size($input.list)'), lookup)).toBe(3);
    expect(() => evaluator.count(expr('$input.f'), lookup)).toThrow(ExpressionError);
    expect(() => evaluator.count(expr('0 - 1'), lookup)).toThrow(ExpressionError);
  });

  it('shares data instead of copying it', () => {
    expect(evaluator.evaluate('$input.deep', lookup)).toBe((lookup('input') as { deep: Json }).deep);
  });
});
