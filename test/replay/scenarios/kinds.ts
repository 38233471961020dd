import type { Scenario } from '../scenario.ts';

/** Every step kind, without trouble. */
export const KIND_SCENARIOS: readonly Scenario[] = [
  {
    name: 'sequence',
    input: { n: 2 },
    source: `
flow: sequence
vars: { n: $input.n }
steps:
  - a: { adapter: demo, action: act, params: { value: "\${ $vars.n + 1 }" } }
  - set: { n: $a }
  - skipped: { adapter: demo, action: act, if: $vars.n == 0 }
  - b: { adapter: demo, action: act, sensitive: true, params: { value: { n: $vars.n } }, idempotency_key: "order \${ $vars.n }" }
output: { n: $vars.n, b: $b, skipped: $skipped }
`,
  },
  {
    name: 'control',
    source: `
flow: control
steps:
  - chosen:
      conditional:
        if: "false"
        then: [ { set: { way: then } } ]
        elif: [ { if: "1 < 2", then: [ { x: { adapter: demo, action: act, params: { value: elif } } } ] } ]
        else: [ { set: { way: else } } ]
  - switched:
      switch:
        on: $chosen
        cases: [ { when: [no, elif], do: [ { y: { adapter: demo, action: act, params: { value: case } } } ] } ]
        default: [ { fail: { code: never, message: never } } ]
  - block: { do: [ { z: { adapter: demo, action: act, params: { value: 3 } } }, { set: { z: $z } } ] }
output: { chosen: $chosen, switched: $switched, z: $vars.z }
`,
  },
  {
    name: 'parallel-all',
    source: `
flow: parallel-all
steps:
  - all:
      parallel:
        - first: { adapter: demo, action: act, params: { value: 1, after: 60 } }
        - second: { adapter: demo, action: act, params: { value: 2 } }
        - third: { adapter: demo, action: act, needs: [first, second], params: { value: "\${ $first + $second }" } }
        - listed: [ { c: { adapter: demo, action: act, params: { value: c } } }, { set: { d: $c } } ]
output: $all
`,
  },
  {
    name: 'parallel-joins',
    source: `
flow: parallel-joins
steps:
  - any:
      parallel:
        join: any
        branches:
          - any_slow: { adapter: demo, action: act, params: { value: slow, after: 5000 } }
          - any_quick: { adapter: demo, action: act, params: { value: quick, after: 80 } }
          - any_bad: { adapter: demo, action: act, params: { fail: [boom] } }
  - race:
      parallel:
        join: race
        branches:
          - race_slow: { wait: 1h }
          - race_quick: { adapter: demo, action: act, params: { value: quick } }
  - settled:
      parallel:
        join: settled
        branches:
          - good: { adapter: demo, action: act, params: { value: good } }
          - bad: { adapter: demo, action: act, params: { fail: [boom] } }
  - two:
      parallel:
        join: 2
        max_concurrency: 2
        branches:
          - one_of: { adapter: demo, action: act, params: { value: 1 } }
          - two_of: { adapter: demo, action: act, params: { value: 2 } }
          - three_of: { adapter: demo, action: act, params: { value: 3 } }
output: { any: $any, race: $race, settled: "\${ $settled.bad.error.code }", two: $two }
`,
  },
  {
    name: 'foreach',
    input: { items: ['a', 'b', 'c'] },
    source: `
flow: foreach
steps:
  - each:
      foreach: { in: $input.items, as: letter, do: [ { one: { adapter: demo, action: act, params: { value: "\${ $letter }\${ $index }" } } } ] }
  - map:
      foreach: { in: { y: 2, x: 1 }, do: [ { set: { sum: "\${ $item.key }" } } ] }
  - wide:
      foreach:
        in: [boom, ok, ok, ok]
        concurrency: 2
        on_failure: continue
        do: [ { try: { adapter: demo, action: act, params: { value: $item, fail: "\${ $item == 'boom' ? ['boom'] : [] }" } } } ]
output: { each: $each, last: $vars.sum, code: "\${ $wide[0].error.code }", ok: "\${ $wide[3] }" }
`,
  },
  {
    name: 'repeat',
    source: `
flow: repeat
vars: { n: 0 }
steps:
  - until: { repeat: { do: [ { set: { n: "\${ $vars.n + 1 }" } }, { one: { adapter: demo, action: act, params: { value: $vars.n } } } ], until: $one >= 3, delay: 20ms } }
  - while: { repeat: { do: [ { set: { n: "\${ $vars.n - 1 }" } } ], while: $vars.n > 0 } }
  - gives_up: { repeat: { do: [ { set: { m: 1 } } ], until: "false", max: 2, on_max: continue } }
output: { until: $until, n: $vars.n }
`,
  },
  {
    name: 'wait',
    source:
      'flow: wait\nsteps:\n  - wait: 50ms\n  - wait: { until: "2020-01-01T00:00:00Z" }\n  - { id: shown, wait: 61s, timeout: 100ms, continue_on_error: true }\noutput: $shown.error.code\n',
  },
  {
    name: 'wait-for',
    source: `
flow: wait-for
steps:
  - paid: { wait_for: { event: payment.settled, match: { order: 7 }, timeout: 1h } }
  - kept: { wait_for: { event: parcel.sent } }
  - late: { wait_for: { event: never.comes, timeout: 50ms, on_timeout: [ { set: { late: true } } ] } }
output: { paid: $paid.data.amount, kept: $kept.data, late: $vars.late }
`,
    steer: async (steering) => {
      await steering.waiting('paid');
      await steering.event('parcel.sent', { parcel: 1 });
      await steering.event('payment.settled', { order: 8, amount: 1 });
      await steering.event('payment.settled', { order: 7, amount: 12 });
    },
  },
  {
    name: 'approve',
    source: `
flow: approve
steps:
  - gate: { approve: { title: "Pay \${ 12 }?", to: [ann, "role:boss"], form: { type: object } } }
  - reject: { approve: { title: Really?, timeout: 60ms, on_timeout: reject } }
  - fails: { approve: { title: Sure?, timeout: 60ms, on_timeout: fail }, continue_on_error: true }
output: { gate: $gate.approved, by: $gate.by, reject: $reject.approved, fails: $fails.error.code }
`,
    steer: async (steering) => {
      await steering.waiting('gate');
      await steering.decide('gate', true);
    },
  },
  {
    name: 'sub-flow',
    source: `
flow: sub-flow
steps:
  - child: { flow: { name: sub-child, input: { n: 4 } } }
  - detached: { flow: { name: sub-child, input: { n: 5 }, wait: false } }
  - bad: { flow: { name: sub-bad }, on_error: [ { match: broke, do: [ { set: { seen: $error.code } } ] } ] }
output: { child: $child, seen: $vars.seen }
`,
    flows: {
      'sub-child':
        'flow: sub-child\ninputs: { n: { type: integer } }\nsteps:\n  - a: { adapter: demo, action: act, params: { value: "${ $input.n * 2 }" } }\n',
      'sub-bad': 'flow: sub-bad\nsteps:\n  - fail: { code: broke, message: it broke }\n',
    },
  },
  {
    name: 'sub-flow-computed',
    input: { which: 'computed-child' },
    source:
      'flow: sub-flow-computed\nsteps:\n  - child: { flow: { name: $input.which, input: { n: 4 } } }\noutput: $child\n',
    flows: {
      'computed-child':
        'flow: computed-child\nsteps:\n  - a: { adapter: demo, action: act, params: { value: "${ $input.n * 2 }" } }\n',
    },
  },
  {
    name: 'emit',
    source:
      'flow: emit\nsteps:\n  - told: { emit: { type: order.paid, data: { order: 7 } } }\noutput: "${ size($told.id) }"\n',
  },
  {
    name: 'return',
    source:
      'flow: return\nsteps:\n  - both: { parallel: [ { slow: { wait: 1h } }, [ { quick: { adapter: demo, action: act, params: { value: 1 } } }, { return: { early: $quick } } ] ] }\n  - fail: { code: never, message: never }\n',
  },
  {
    name: 'script',
    source:
      'flow: script\nsteps:\n  - ran: { script: { runtime: node, source: "console.log(1)", input: { n: 1 } } }\noutput: $ran\n',
  },
];
