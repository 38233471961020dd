import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stateAtStep } from '../../src/executions/state-at-step.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { runVirtual } from '../../src/workflows/host/run-virtual.ts';
import { truncateMemo } from '../../src/workflows/interpreter/truncate-memo.ts';
import { outcomeOf, TemporalWiring } from '../run/temporal-wiring.ts';
import { adapterOf, compileScenario } from './scenario.ts';
import { Steering } from './steering.ts';

// Going back on a real server: which calls are made again, under which idempotency keys, and to what result.
interface Call {
  readonly execution: string;
  readonly step: string;
  readonly key: string;
}
const calls: Call[] = [];
const valueOf = (params: Json): Json => (params as { readonly value?: Json }).value ?? null;
const delayOf = (params: Json): number => (params as { readonly after?: number }).after ?? 0;
const noted = adapterOf(
  'noted',
  {
    act: async (params, { execution, step, idempotencyKey }) => {
      calls.push({ execution, step, key: idempotencyKey.slice(execution.length + 1) });
      await pause(delayOf(params));
      return valueOf(params);
    },
  },
  'safe',
);

const call = (id: string, value: string, more = ''): string =>
  `  - ${id}: { adapter: noted, action: act, params: { value: "${value}" }${more} }`;
const SOURCE = `
flow: go-back
vars: { sum: 0 }
steps:
${call('a', '${ 1 }')}
  - set: { sum: "\${ $vars.sum + $a }" }
${call('b', '${ $vars.sum + 1 }', ', compensate: [ { undo_b: { adapter: noted, action: act, params: { value: $b } } } ]')}
  - set: { sum: "\${ $vars.sum + $b }" }
  - each: { foreach: { in: [1, 2], do: [ { inner: { adapter: noted, action: act, params: { value: "\${ $item * 10 }" } } }, { set: { sum: "\${ $vars.sum + $inner }" } } ] } }
  - both: { parallel: [ { left: { adapter: noted, action: act, params: { value: $vars.sum } } }, { right: { adapter: noted, action: act, params: { value: right, after: 100 } } } ] }
  - gate: { approve: { title: Go on? } }
${call('d', '${ $b + 1 }')}
output: { a: $a, b: $b, each: $each, both: $both, d: $d, sum: $vars.sum }
`;
const OUTPUT = { a: 1, b: 2, each: [{ sum: 13 }, { sum: 33 }], both: { left: 33, right: 'right' }, d: 3, sum: 33 };
const compiled = compileScenario({ source: SOURCE }, [noted]);

let wiring: TemporalWiring;
beforeAll(async () => {
  wiring = await TemporalWiring.start(inject('temporalAddress'), {
    taskQueue: `go-back-${process.pid}`,
    adapters: [noted],
  });
});
afterAll(() => wiring.stop());

async function start(name: string) {
  const first = await wiring.startCase({ ...compiled, input: {} }, `${name}-${process.pid}`);
  const steering = new Steering(wiring, first);
  await steering.waiting('gate');
  return { steering, outcome: outcomeOf(first), first };
}
const keysOf = (execution: string): readonly string[] =>
  calls.filter((one) => one.execution === execution).map(({ key }) => key);
/** `left` and `right` arrive in either order. */
const expectKeys = (execution: string, keys: readonly string[]): void => {
  const isRight = (key: string): boolean => key.startsWith('right');
  expect(keysOf(execution).filter((key) => !isRight(key))).toEqual(keys.filter((key) => !isRight(key)));
  expect(keysOf(execution).filter(isRight)).toEqual(keys.filter(isRight));
};
const ONCE = ['a:0', 'b:0', 'each[0].inner:0', 'each[1].inner:0', 'left:0', 'right:0'];

describe.concurrent('a rollback of a running execution', () => {
  it.each([
    { name: 'plain', more: {}, again: ['b:0', 'each[0].inner:0', 'each[1].inner:0', 'left:0', 'right:0'] },
    {
      name: 'compensate',
      more: { compensate: true },
      again: ['undo_b:0', 'b:1', 'each[0].inner:0', 'each[1].inner:0', 'left:0', 'right:0'],
    },
    {
      name: 'new-keys',
      more: { newKeys: true },
      again: ['b:1', 'each[0].inner:1', 'each[1].inner:1', 'left:1', 'right:1'],
    },
  ])('$name: same id, new run, the calls since made again', async ({ name, more, again }) => {
    const { steering, outcome, first } = await start(`rollback-${name}`);
    const runBefore = (await steering.handle.describe()).runId;
    expect(await steering.rollback({ to: 'b', ...more })).toEqual({ accepted: true });
    await steering.told('execution.rolled_back');
    await steering.waiting('gate');
    expect((await steering.handle.describe()).runId).not.toBe(runBefore);
    await steering.decide('gate', true);
    expect(await outcome).toMatchObject({ status: 'completed', output: OUTPUT });
    const last = name === 'new-keys' ? 'd:1' : 'd:0';
    expectKeys(steering.id, [...ONCE, ...again, last]);
    expect((await wiring.read(steering.id, first)).histories).toHaveLength(2);
  });

  it('into a loop keeps what came before it', async () => {
    const { steering, outcome } = await start('rollback-loop');
    await steering.rollback({ to: 'each[1].inner' });
    await steering.told('execution.rolled_back');
    await steering.waiting('gate');
    await steering.decide('gate', true);
    expect(await outcome).toMatchObject({ status: 'completed', output: OUTPUT });
    expectKeys(steering.id, [...ONCE, 'each[1].inner:0', 'left:0', 'right:0', 'd:0']);
  });

  it('to a step that never ran is refused, and changes nothing', async () => {
    const { steering, outcome } = await start('rollback-refused');
    await expect(steering.rollback({ to: 'd' })).rejects.toMatchObject({ cause: { type: 'step_not_found' } });
    await steering.decide('gate', true);
    expect(await outcome).toMatchObject({ status: 'completed', output: OUTPUT });
  });
});

describe('an ended execution', () => {
  const virtual = () =>
    runVirtual({
      ...compiled,
      input: {},
      call: ({ params }) => ({ after: delayOf(params), result: valueOf(params) }),
      script: [
        { at: 500, do: { kind: 'decision', step: 'gate', approved: true, comment: null, form: null, by: 'ann' } },
      ],
    });

  it('can be started again from each of its steps, with new keys', async () => {
    const { steering, outcome, first } = await start('rerun-origin');
    await steering.decide('gate', true);
    await outcome;
    const { reader } = await wiring.read(steering.id, first);
    const memo = reader.memo();
    const addresses = Object.keys(memo.steps).filter((address) => !address.endsWith(']') && !address.includes('|'));
    expect(addresses.length).toBeGreaterThan(10);
    await Promise.all(
      addresses.map(async (address, n) => {
        const id = `rerun-${n}-${process.pid}`;
        const again = await wiring.startCase({ ...compiled, input: {} }, id, {
          memo: truncateMemo(memo, address, { flow: compiled.flow, newKeys: true }),
        });
        const rerun = new Steering(wiring, again);
        const open = await rerun.until(
          ({ status, trace }) =>
            status === 'completed' || trace.some((event) => event.type === 'step.waiting' && event.step === 'gate'),
        );
        if (open.status !== 'completed') await rerun.decide('gate', true);
        expect(await outcomeOf(again), address).toMatchObject({ status: 'completed', output: OUTPUT });
        expect(
          keysOf(id).every((key) => key.endsWith(':1')),
          address,
        ).toBe(true);
        const start = memo.steps[address]?.start ?? 0;
        // What began since, and what was under way.
        const since = Object.entries(memo.steps).filter(
          ([step, entry]) =>
            (entry.end ?? 0) > start && calls.some((one) => one.execution === steering.id && one.step === step),
        );
        expect(keysOf(id).length, address).toBe(since.length);
      }),
    );
  });

  it('had at each step the state that an uninterrupted run in virtual time has', async () => {
    const { steering, outcome, first } = await start('state');
    await steering.rollback({ to: 'b' });
    await steering.told('execution.rolled_back');
    await steering.waiting('gate');
    await steering.decide('gate', true);
    await outcome;
    const { reader } = await wiring.read(steering.id, first);
    const uninterrupted = await virtual();
    expect(uninterrupted.output).toEqual(OUTPUT);
    const expected = { memo: () => uninterrupted.memo, input: reader.input };
    const steps = Object.keys(uninterrupted.memo.steps).filter(
      (address) => !address.endsWith(']') && !address.includes('|'),
    );
    for (const step of steps) {
      for (const when of ['at', 'before'] as const) {
        const { vars, results } = stateAtStep(reader, step, when);
        const wanted = stateAtStep(expected, step, when);
        expect([step, when, vars, withoutDecision(results)]).toEqual([
          step,
          when,
          wanted.vars,
          withoutDecision(wanted.results),
        ]);
      }
    }
  });
});

/** When a decision was made is not the same. */
const withoutDecision = (results: Readonly<Record<string, Json>>): unknown => ({
  ...results,
  gate: results['gate'] === undefined ? undefined : '…',
});
