import type { Json } from '../../src/dsl/ir/json.ts';

interface HostileFlow {
  readonly name: string;
  readonly source: string;
  readonly input?: Json;
  /** Code that it fails with; absent: it completes with `output`. */
  readonly code?: string;
  readonly output?: Json;
}

const one = (name: string, action: string, expected: { code: string } | { output: Json }): HostileFlow => ({
  name,
  source: `flow: one\nsteps:\n  - a: { adapter: hostile, action: ${action}, retry: false }\n`,
  ...expected,
});
const failing = (name: string, steps: string): HostileFlow => ({
  name,
  source: `flow: failing\n${steps}`,
  code: 'expression_failed',
});
const BAD = '$input.nothing.there';
const nested = (levels: number): string =>
  Array.from({ length: levels }).reduce<string>(
    (inner) => `{ do: [ ${inner} ] }`,
    '{ a: { adapter: hostile, action: echo, params: { value: 7 } } }',
  );

export const HOSTILE_FLOWS: readonly HostileFlow[] = [
  ...['text', 'nothing', 'null', 'circular', 'getter'].map((what) =>
    one(`throws ${what}`, `throws_${what}`, { code: 'adapter_error' }),
  ),
  ...['function', 'bigint', 'nan', 'infinite', 'date', 'map', 'circular', 'deep'].map((what) =>
    one(`gives ${what}`, what, { code: 'invalid_result' }),
  ),
  one('gives undefined', 'undefined', { output: null }),
  one('gives 100 MB', 'too_large', { code: 'result_too_large' }),
  one('an action without code', 'missing', { code: 'action_not_found' }),
  {
    name: 'an adapter that no worker has',
    source: 'flow: nobody\nsteps:\n  - a: { adapter: $input.adapter, action: act, retry: false }\n',
    input: { adapter: 'nobody' },
    code: 'adapter_unavailable',
  },
  {
    name: 'a call that never answers',
    source: 'flow: never\nsteps:\n  - a: { adapter: hostile, action: never, retry: false, attempt_timeout: 200ms }\n',
    code: 'timeout',
  },

  failing('a bad param', `steps:\n  - a: { adapter: hostile, action: echo, params: { value: ${BAD} } }\n`),
  failing('a bad condition', `steps:\n  - { id: a, if: ${BAD} == 1, wait: 1s }\n`),
  {
    name: 'a condition that is no boolean',
    source: 'flow: failing\nsteps:\n  - { id: a, if: $input.n, wait: 1s }\n',
    input: { n: 1 },
    code: 'expression_failed',
  },
  failing('a bad list', `steps:\n  - foreach: { in: ${BAD}, do: [ { wait: 1s } ] }\n`),
  failing('a bad switch', `steps:\n  - switch: { on: ${BAD}, cases: [ { when: 1, do: [ { wait: 1s } ] } ] }\n`),
  failing('a bad `until`', `steps:\n  - repeat: { do: [ { set: { x: 1 } } ], until: ${BAD} }\n`),
  failing('a bad duration', `steps:\n  - wait: ${BAD}\n`),
  failing('a bad time-out', `steps:\n  - { id: a, timeout: ${BAD}, do: [ { wait: 1s } ] }\n`),
  failing('a bad event type', `steps:\n  - wait_for: { event: ${BAD} }\n`),
  failing('a bad title', `steps:\n  - approve: { title: ${BAD} }\n`),
  failing('a bad variable', `vars: { x: ${BAD} }\nsteps:\n  - wait: 1s\n`),
  failing('a bad flow time-out', `timeout: ${BAD}\nsteps:\n  - wait: 1s\n`),
  failing('a bad output', `steps:\n  - set: { x: 1 }\noutput: ${BAD}\n`),
  failing(
    'a bad idempotency key',
    `steps:\n  - a: { adapter: hostile, action: echo, params: { value: 1 }, idempotency_key: ${BAD} }\n`,
  ),
  failing('a bad error', `steps:\n  - fail: { code: ${BAD}, message: x }\n`),
  failing('a bad return', `steps:\n  - return: ${BAD}\n`),
  failing(
    'a bad handler',
    `steps:\n  - { id: a, fail: { code: x, message: x }, on_error: [ { match: { if: "${BAD} == 1" }, do: [ { set: { x: 1 } } ] } ] }\n`,
  ),
  failing('a bad `finally`', `steps:\n  - set: { x: 1 }\nfinally:\n  - set: { y: ${BAD} }\n`),
  failing('a bad concurrency key', `concurrency: { limit: 1, key: ${BAD} }\nsteps:\n  - wait: 1s\n`),
  failing(
    'a bad attempt time-out',
    `steps:\n  - a: { adapter: hostile, action: echo, params: { value: 1 }, attempt_timeout: ${BAD} }\n`,
  ),
  failing('a division by zero', 'steps:\n  - set: { x: "${ 1 / ($input.size() - $input.size()) }" }\n'),
  failing(
    'an expression without end',
    'steps:\n  - set: { x: "${ range(1000).map(a, range(1000).map(b, range(1000).map(c, a * b * c))) }" }\n',
  ),

  {
    name: 'failing in `finally` after a failure',
    source:
      'flow: twice\nsteps:\n  - fail: { code: first, message: first }\nfinally:\n  - fail: { code: second, message: second }\n',
    code: 'first',
  },
  {
    name: 'a bad compensation',
    source: `flow: saga\nsteps:\n  - a: { adapter: hostile, action: echo, params: { value: 1 }, compensate: [ { set: { x: ${BAD} } } ] }\n  - fail: { code: end, message: end }\n`,
    code: 'end',
  },
  { name: 'deep nesting', source: `flow: deep\nsteps:\n  - ${nested(28)}\n`, output: 7 },
];
