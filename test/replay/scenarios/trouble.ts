import type { Scenario } from '../scenario.ts';

/** Errors, handlers, retries, time-outs, clean-up and compensation. */
export const TROUBLE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'fail',
    source: `
flow: fail
steps:
  - a: { adapter: demo, action: act, params: { fail: [declined] }, on_error: [ { again: { fail: $error } } ] }
on_error:
  - match: other
    do: [ { set: { seen: other } } ]
  - do: [ { b: { adapter: demo, action: act, params: { value: $error.code } } } ]
finally:
  - c: { adapter: demo, action: act, params: { value: last } }
`,
  },
  {
    name: 'retry',
    source: `
flow: retry
steps:
  - called:
      adapter: demo
      action: act
      params: { value: ok, fail: [http_503, http_500] }
      retry: { attempts: 3, backoff: constant, initial: 20ms, jitter: 0 }
  - block:
      do:
        - one: { adapter: demo, action: act, params: { value: 1 } }
        - set: { tries: "\${ $vars.?tries.orValue(0) + 1 }" }
        - { id: once_more, if: $vars.tries < 2, fail: { code: again, message: again } }
      retry: { attempts: 3, initial: 20ms, on: [again] }
output: { called: $called, tries: $vars.tries }
`,
  },
  {
    name: 'timeouts',
    source: `
flow: timeouts
steps:
  - whole: { do: [ { slow: { adapter: demo, action: act, params: { after: 5000 } } } ], timeout: 100ms, continue_on_error: true }
  - attempt: { adapter: demo, action: act, attempt_timeout: 100ms, retry: false, params: { after: 5000 }, continue_on_error: true }
  - unknown: { adapter: demo, action: risky, attempt_timeout: 100ms, params: { after: 5000 }, continue_on_error: true }
output: "\${ [$whole.error.code, $attempt.error.code, $unknown.error.code] }"
`,
  },
  {
    name: 'handlers',
    source: `
flow: handlers
steps:
  - a:
      adapter: demo
      action: act
      params: { fail: [http_404] }
      retry: false
      on_error:
        - match: { status: 5xx }
          do: [ { fail: { code: never, message: never } } ]
        - match: { status: 4xx, if: "$error.code == 'http_404'" }
          do: [ { repaired: { adapter: demo, action: act, params: { value: { was: $error.code } } } } ]
      finally: [ { tidy: { adapter: demo, action: act, params: { value: $a } } } ]
  - b: { adapter: demo, action: act, params: { fail: [boom] }, retry: false, continue_on_error: true }
output: { a: $a, b: $b.error.code }
`,
  },
  {
    name: 'fallback',
    source:
      'flow: fallback\nsteps:\n  - a: { adapter: demo, action: act, params: { fail: [boom, boom] }, retry: false, fallback: [spare] }\noutput: $a\n',
  },
  {
    name: 'finally-fails',
    source:
      'flow: finally-fails\nsteps:\n  - a: { adapter: demo, action: act, params: { value: 1 } }\nfinally:\n  - b: { adapter: demo, action: act, params: { fail: [untidy] } }\n',
  },
  {
    name: 'saga',
    source: `
flow: saga
steps:
  - hotel: { adapter: demo, action: act, params: { value: { ref: h1 } }, compensate: [ { undo_hotel: { adapter: demo, action: act, params: { value: "undo \${ $hotel.ref }" } } } ] }
  - each:
      foreach:
        in: [1, 2]
        do:
          - seat: { adapter: demo, action: act, params: { value: $item }, compensate: [ { undo_seat: { adapter: demo, action: act, params: { value: "\${ $item }", fail: "\${ $item == 2 ? ['stuck'] : [] }" } } } ] }
  - pay: { adapter: demo, action: act, params: { fail: [declined] } }
finally:
  - clean: { adapter: demo, action: act, params: { value: clean } }
`,
  },
  {
    name: 'cancel',
    source: `
flow: cancel
steps:
  - done: { adapter: demo, action: act, params: { value: 1 }, compensate: [ { undo: { adapter: demo, action: act, params: { value: undone } } } ] }
  - under_way: { adapter: demo, action: act, params: { after: 20000 }, on_error: [ { never: { adapter: demo, action: act } } ] }
finally:
  - clean: { adapter: demo, action: act, params: { value: clean } }
`,
    steer: async (steering) => {
      await steering.started('under_way');
      await steering.cancel();
    },
  },
  {
    name: 'flow-timeout',
    source:
      'flow: flow-timeout\ntimeout: 300ms\nsteps:\n  - a: { adapter: demo, action: act, params: { value: 1 }, compensate: [ { undo: { adapter: demo, action: act } } ] }\n  - wait: 1h\nfinally:\n  - clean: { adapter: demo, action: act, params: { value: clean } }\n',
  },
  {
    name: 'flow-timeout-retry',
    source:
      'flow: flow-timeout-retry\ntimeout: 400ms\non_timeout: retry\nvars: { attempt: $execution.attempt }\nsteps:\n  - a: { adapter: demo, action: act, params: { value: $vars.attempt } }\n  - { if: $a == 1, wait: 1h }\noutput: $a\n',
  },
];
