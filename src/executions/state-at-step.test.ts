import { describe, expect, test } from 'vitest';
import type { Json } from '../dsl/ir/json.ts';
import { stateAtStep } from './state-at-step.ts';
import { memo } from './testdata/fake-reader.ts';
import { flowOf, inputOf } from './testdata/fake-runs.ts';

describe('state', () => {
  const flow = flowOf(
    'flow: a\nsteps:\n  - one: { set: { v: 1 } }\n  - each: { foreach: { in: [1, 2], concurrency: 2, do: [ { cell: { wait: 1s } } ] } }\n  - never: { wait: 1s }\n',
  );
  const entry = (from: number, to: number | undefined, result: Json = null) => ({
    start: from,
    startedAt: from,
    ...(to === undefined
      ? { status: 'open' as const }
      : { end: to, endedAt: to, status: 'completed' as const, result }),
  });
  const reader = {
    input: inputOf(flow),
    memo: () =>
      memo({
        steps: {
          one: entry(1, 3, { v: 1 }),
          each: entry(4, undefined),
          'each[0]': entry(5, 8),
          'each[0].cell': entry(6, 7, 'zero'),
          'each[1]': entry(9, undefined),
          'each[1].cell': entry(10, 12, 'one'),
        },
        sets: [
          { seq: 2, scope: '', name: 'v', value: 1 },
          { seq: 8, scope: 'each[0]', name: 'own', value: true },
          { seq: 13, scope: '', name: 'v', value: 2 },
        ],
      }),
  };
  test('at a step: what had ended and was set by then; before it: without its own', () => {
    expect(stateAtStep(reader, 'one', 'at')).toMatchObject({ vars: { v: 1 }, results: { one: { v: 1 } } });
    expect(stateAtStep(reader, 'one', 'before')).toMatchObject({ vars: {}, results: {} });
    expect(stateAtStep(reader, 'each[0].cell', 'at').results).toEqual({ one: { v: 1 }, 'each[0].cell': 'zero' });
  });
  test('an id means its latest instance; rounds are no steps', () => {
    expect(stateAtStep(reader, 'cell', 'at')).toMatchObject({
      step: 'each[1].cell',
      vars: { v: 1 },
      results: { 'each[0].cell': 'zero', 'each[1].cell': 'one' },
    });
  });
  test("what can't be told", () => {
    expect(() => stateAtStep(reader, 'each', 'at')).toThrow(expect.objectContaining({ code: 'step_not_ended' }));
    expect(() => stateAtStep(reader, 'never', 'at')).toThrow(expect.objectContaining({ code: 'step_not_ended' }));
    expect(() => stateAtStep(reader, 'wat', 'at')).toThrow(expect.objectContaining({ code: 'step_not_found' }));
    const open = {
      ...reader,
      memo: () => memo({ steps: { 'each[0].cell': entry(1, undefined), 'each[1].cell': entry(2, undefined) } }),
    };
    expect(() => stateAtStep(open, 'cell', 'at')).toThrow(expect.objectContaining({ code: 'ambiguous_step' }));
  });

  test('variables of a branch show in that branch only', () => {
    const branched = flowOf(
      'flow: a\nsteps:\n  - both: { parallel: { branches: [ { left: [ { set: { v: 1 } }, { inner: { wait: 1s } } ] }, { right: [ { other: { wait: 1s } } ] } ] } }\n',
    );
    const parallel = {
      input: inputOf(branched),
      memo: () =>
        memo({
          steps: { both: entry(1, undefined), inner: entry(4, 5), other: entry(6, 7) },
          sets: [{ seq: 3, scope: 'both|left', name: 'v', value: 1 }],
        }),
    };
    expect(stateAtStep(parallel, 'inner', 'at').vars).toEqual({ v: 1 });
    expect(stateAtStep(parallel, 'other', 'at').vars).toEqual({});
  });
});
