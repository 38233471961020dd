import { coordinatorId } from '../../../src/workflows/concurrency-contract.ts';
import type { Scenario } from '../scenario.ts';

const GATED = `
flow: gated
steps:
  - a: { adapter: demo, action: act, params: { value: 1 } }
  - set: { sum: $a }
  - b: { adapter: demo, action: act, params: { value: "\${ $vars.sum + 1 }" }, compensate: [ { undo: { adapter: demo, action: act, params: { value: "undo \${ $b }" } } } ] }
  - set: { sum: $b }
  - c: { adapter: demo, action: act, params: { value: "\${ $vars.sum + 1 }" } }
  - gate: { approve: { title: Go on? } }
  - d: { adapter: demo, action: act, params: { value: "\${ $c + 1 }" } }
output: { a: $a, b: $b, c: $c, d: $d, sum: $vars.sum }
`;

/** What is done to an execution from outside, and what carries it over to a new run. */
export const LIFE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'local',
    source:
      'flow: local\nsteps:\n  - a: { adapter: demo, action: act, execution: local, attempt_timeout: 1s, params: { value: 1, fail: [http_503] }, retry: { attempts: 2, initial: 10ms } }\n  - b: { adapter: demo, action: act, execution: local, attempt_timeout: 1s, params: { fail: [boom] }, continue_on_error: true }\noutput: { a: $a, b: $b.error.code }\n',
  },
  {
    name: 'callback',
    source: `
flow: callback
steps:
  - asked: { adapter: demo, action: start, params: { value: $execution.callback_url } }
  - also: { adapter: demo, action: act, await: callback, callback_timeout: 1h, params: { value: $execution.callback_url } }
  - late: { adapter: demo, action: start, callback_timeout: 100ms, continue_on_error: true }
output: { asked: $asked, also: $also, late: $late.error.code }
`,
    steer: async (steering) => {
      await steering.waiting('asked');
      await steering.callback('asked', { answer: 42 });
      await steering.waiting('also');
      await steering.callback('also', 'yes');
    },
  },
  {
    name: 'pause-resume',
    source:
      'flow: pause-resume\nsteps:\n  - a: { adapter: demo, action: act, params: { value: 1, after: 600 } }\n  - b: { adapter: demo, action: act, params: { value: 2 } }\noutput: $b\n',
    steer: async (steering) => {
      await steering.started('a');
      await steering.pause();
      await steering.completed('a');
      await steering.resume();
    },
  },
  {
    name: 'rollback',
    source: GATED,
    steer: async (steering) => {
      await steering.waiting('gate');
      await steering.rollback({ to: 'b' });
      await steering.told('execution.rolled_back');
      await steering.waiting('gate');
      await steering.decide('gate', true);
    },
  },
  {
    name: 'rollback-compensate',
    source: GATED.replace('flow: gated', 'flow: gated-compensate'),
    steer: async (steering) => {
      await steering.waiting('gate');
      await steering.rollback({ to: 'b', compensate: true, newKeys: true });
      await steering.told('execution.rolled_back');
      await steering.waiting('gate');
      await steering.decide('gate', true);
    },
  },
  {
    name: 'continue-as-new',
    short: true,
    source: `
flow: continue-as-new
vars: { sum: 0 }
steps:
  - each: { foreach: { in: "\${ range(20) }", do: [ { one: { adapter: demo, action: act, params: { value: $item } } }, { set: { sum: "\${ $vars.sum + $one }" } } ] } }
  - wide: { foreach: { in: "\${ range(10) }", concurrency: 4, do: [ { two: { adapter: demo, action: act, params: { value: $item } } } ] } }
  - rounds: { repeat: { max: 12, on_max: continue, do: [ { three: { adapter: demo, action: act, params: { value: $index } } } ], until: $three == 11 } }
output: { each: $each, sum: $vars.sum, wide: $wide, rounds: $rounds }
`,
  },
  {
    name: 'concurrency-slot',
    source: `
flow: concurrency-slot
concurrency: { limit: 1, key: one }
steps:
  - { id: gate, if: $input.hold, approve: { title: Go on? } }
  - a: { adapter: demo, action: act, params: { value: 1 } }
output: $a
`,
    input: { hold: false },
    beside: { input: { hold: true }, waitsAt: 'gate' },
    steer: async (steering, beside) => {
      await steering.waiting('flow');
      await beside?.decide('gate', true);
    },
    alsoRecord: {
      'concurrency-coordinator': coordinatorId({
        organisation: undefined,
        environment: 'test',
        flow: 'concurrency-slot',
        key: 'one',
      }),
    },
  },
  {
    name: 'terminated',
    source: 'flow: terminated\nsteps:\n  - a: { adapter: demo, action: act, params: { value: 1 } }\n  - wait: 1h\n',
    steer: async (steering) => {
      await steering.waiting('steps/1');
      await steering.handle.terminate('recorded');
    },
  },
];
