import fc from 'fast-check';
import type { Json } from '../../src/dsl/ir/json.ts';

type Step = { readonly [key: string]: Json };
/** Depth of blocks in blocks. */
const MAX_DEPTH = 3;

/** Virtual time costs nothing: long and odd waits, so that no two things happen at one instant by chance. */
const ms = fc.integer({ min: 1_000, max: 9_999_999 });
const codes = fc.constantFrom('boom', 'http_503', 'bang');
const condition = fc.constantFrom<Json>(true, false, '$vars.n > 1', '$vars.n == 0');
const value = fc.constantFrom<Json>(1, '$vars.n', '${ $vars.n * 2 }', 'n is ${ $vars.n }', { n: '$vars.n' });

const call = fc
  .record({
    after: ms,
    value,
    fail: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(codes, { minLength: 1, maxLength: 2 }) },
    ),
    tries: fc.integer({ min: 1, max: 2 }),
  })
  .map(
    ({ after, value: given, fail, tries }): Step => ({
      action: 'demo.act',
      params: { after, value: given, fail },
      attempt_timeout: '100d',
      retry: { attempts: tries, backoff: 'constant', initial: `${after}ms`, max_interval: '30d', jitter: 0 },
    }),
  );
const leaf: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: call },
  { weight: 2, arbitrary: fc.constant<Step>({ set: { n: '${ $vars.n + 1 }' } }) },
  { weight: 2, arbitrary: ms.map((long): Step => ({ wait: `${long}ms` })) },
  { weight: 1, arbitrary: codes.map((code): Step => ({ fail: { code, message: 'as told' }, if: '$vars.n < 3' })) },
  { weight: 1, arbitrary: value.map((given): Step => ({ return: given, if: '$vars.n == 2' })) },
  {
    weight: 1,
    arbitrary: ms.map(
      (long): Step => ({
        wait_for: { event: 'never', timeout: `${long}ms`, on_timeout: [{ set: { n: '${ $vars.n + 1 }' } }] },
      }),
    ),
  },
);

function block(depth: number): fc.Arbitrary<Step> {
  const steps = sequence(depth + 1);
  // What runs beside something else begins with a wait: no branch ends at the very instant at which another starts a call.
  const timed = fc.tuple(ms, steps).map(([long, rest]): readonly Step[] => [{ wait: `${long}ms` }, ...rest]);
  const join = fc.constantFrom<Json>('all', 'any', 'race', 'settled', 1, 2);
  return fc.oneof(
    steps.map((inner): Step => ({ do: inner })),
    fc
      .record({
        branches: fc.array(timed, { minLength: 2, maxLength: 3 }),
        join,
        on_failure: fc.constantFrom('cancel', 'wait'),
        max_concurrency: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ on_failure, ...rest }): Step => ({ parallel: rest.join === 'all' ? { ...rest, on_failure } : rest })),
    fc
      .record({
        in: fc.constantFrom<Json>([], [1], [1, 2, 3], { a: 1, b: 2 }),
        do: timed,
        concurrency: fc.integer({ min: 1, max: 2 }),
        on_failure: fc.constantFrom('fail', 'continue'),
      })
      .map((foreach): Step => ({ foreach })),
    fc
      .record({
        do: steps,
        max: fc.integer({ min: 1, max: 3 }),
        delay: ms.map((long) => `${long}ms`),
        on_max: fc.constantFrom('fail', 'continue'),
        until: fc.constantFrom('$index == 1', '$vars.n > 2'),
      })
      .map((repeat): Step => ({ repeat })),
    fc.record({ if: condition, then: steps, else: steps }).map((conditional): Step => ({ conditional })),
    fc
      .record({
        cases: fc.array(fc.record({ when: fc.integer({ min: 0, max: 2 }), do: steps }), { minLength: 1, maxLength: 2 }),
        default: steps,
      })
      .map((rest): Step => ({ switch: { on: '$vars.n', ...rest } })),
  );
}

function step(depth: number): fc.Arbitrary<Step> {
  const kind =
    depth >= MAX_DEPTH ? leaf : fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 2, arbitrary: block(depth) });
  if (depth >= MAX_DEPTH) return kind;
  const few = sequence(MAX_DEPTH);
  const modifiers = fc.record(
    {
      if: condition,
      on_error: few,
      finally: few.map((steps) =>
        steps.map(({ return: _return, ...rest }) =>
          Object.keys(rest).length > 1 || !('if' in rest) ? rest : { set: { n: 1 } },
        ),
      ),
      continue_on_error: fc.constant(true),
      compensate: ms.map((after): Json => [{ action: 'demo.act', params: { after } }]),
      timeout: ms.map((long) => `${long * 2}ms`),
    },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { weight: 3, arbitrary: kind },
    { weight: 2, arbitrary: fc.tuple(kind, modifiers).map(([base, extra]) => fitting(base, extra)) },
  );
}

/** Leaves out the modifiers that a kind doesn't take. */
function fitting(base: Step, extra: Step): Step {
  const untimed = ['wait_for', 'set', 'fail', 'return'].some((kind) => kind in base);
  if ('return' in base) return base;
  const { timeout, compensate, ...rest } = extra;
  return {
    ...base,
    ...rest,
    ...(!untimed && timeout !== undefined && { timeout }),
    ...(!('fail' in base) && compensate !== undefined && { compensate }),
  };
}

function sequence(depth: number): fc.Arbitrary<readonly Step[]> {
  return fc.array(step(depth), { minLength: 1, maxLength: depth === 0 ? 4 : 2 });
}

/** Flows over the demo adapter as JSON: every control kind, most modifiers, nested. A few have too many steps to compile. */
export const randomFlow: fc.Arbitrary<string> = fc
  .record({
    steps: sequence(0),
    on_error: fc.option(sequence(MAX_DEPTH), { nil: undefined }),
    timeout: fc.option(
      ms.map((long) => `${long * 5}ms`),
      { nil: undefined },
    ),
    last: ms,
  })
  .map(({ steps, on_error, timeout, last }) =>
    JSON.stringify({
      flow: 'random',
      vars: { n: 0 },
      steps,
      ...(on_error && { on_error }),
      ...(timeout !== undefined && { timeout }),
      finally: [{ last: { action: 'demo.act', params: { after: last } } }],
      output: { n: '$vars.n' },
    }),
  );
