import type { Steering } from '../replay/steering.ts';

/** What a construct costs in Temporal's history, beyond the five events of a run that does nothing. */
export interface Construct {
  readonly construct: string;
  /** Body of the flow document, without `flow:`. */
  readonly body: string;
  readonly flows?: Readonly<Record<string, string>>;
  readonly steer?: (steering: Steering) => Promise<void>;
  readonly events: number;
  /** For the documentation. */
  readonly note: string;
}

const CALL = '{ adapter: demo, action: act }';
const SUB = { 'event-child': 'flow: event-child\nsteps:\n  - wait: 300ms\n' };

export const CONSTRUCTS: readonly Construct[] = [
  { construct: '`set`', body: 'steps:\n  - set: { x: 1 }\n', events: 0, note: 'inline' },
  {
    construct: '`conditional`, `switch`, `do`, `if`',
    body: 'steps:\n  - conditional: { if: "true", then: [ { set: { x: 1 } } ] }\n  - switch: { on: 1, cases: [ { when: 1, do: [ { set: { x: 2 } } ] } ] }\n  - do: [ { set: { x: 3 } } ]\n  - { id: skipped, if: "false", set: { x: 4 } }\n',
    events: 0,
    note: 'the steps inside count for themselves',
  },
  {
    construct: '`parallel`',
    body: 'steps:\n  - parallel: [ { set: { x: 1 } }, { set: { x: 2 } } ]\n',
    events: 0,
    note: 'the steps inside count for themselves',
  },
  {
    construct: '`foreach`, `repeat`',
    body: 'steps:\n  - foreach: { in: "${ range(100) }", do: [ { set: { x: $item } } ] }\n  - repeat: { max: 100, on_max: continue, until: "false", do: [ { set: { y: $index } } ] }\n',
    events: 0,
    note: 'the steps inside count for themselves; after 1,000 steps it goes on in a new run',
  },
  { construct: '`return`', body: 'steps:\n  - return: 1\n', events: 0, note: '' },
  {
    construct: '`fail` with `on_error`',
    body: 'steps:\n  - { id: x, fail: { code: a, message: b }, on_error: [ { set: { x: 1 } } ] }\n',
    events: 0,
    note: '',
  },
  {
    construct: 'one call',
    body: `steps:\n  - a: ${CALL}\n`,
    events: 6,
    note: 'scheduled, started, completed, and a workflow task (3)',
  },
  {
    construct: 'ten calls in sequence',
    body: `steps:\n  - foreach: { in: "\${ range(10) }", do: [ { a: ${CALL} } ] }\n`,
    events: 60,
    note: '6 each',
  },
  {
    construct: 'a call that needs three attempts',
    body: 'steps:\n  - a: { adapter: demo, action: act, params: { fail: [http_503, http_503] }, retry: { attempts: 3, backoff: constant, initial: 10ms } }\n',
    events: 6,
    note: 'attempts add none: Temporal retries',
  },
  {
    construct: 'a call with `execution: local`',
    body: 'steps:\n  - a: { adapter: demo, action: act, execution: local, attempt_timeout: 1s }\n',
    events: 1,
    note: 'a marker; calls that follow at once share their workflow task',
  },
  {
    construct: '`timeout` on a step',
    body: `steps:\n  - { id: x, timeout: 1m, do: [ { a: ${CALL} } ] }\n`,
    events: 6 + 2,
    note: '2 beside the call: timer started, timer cancelled',
  },
  {
    construct: '`finally` of a step or flow',
    body: `steps:\n  - set: { x: 1 }\nfinally:\n  - a: ${CALL}\n`,
    events: 6 + 2,
    note: '2 beside the call in it, for its own time-out; none if nothing in it takes time',
  },
  {
    construct: '`compensate`, when it runs',
    body: `steps:\n  - a: { adapter: demo, action: act, compensate: [ { undo: ${CALL} } ] }\n  - fail: { code: a, message: b }\n`,
    events: 6 + 6 + 2,
    note: '2 beside the two calls, for its own time-out',
  },
  {
    construct: '`timeout` of the flow',
    body: `timeout: 1m\nsteps:\n  - a: ${CALL}\n`,
    events: 6 + 2,
    note: '2 beside the call: timer started, timer cancelled',
  },
  {
    construct: '`wait`',
    body: 'steps:\n  - wait: 10ms\n',
    events: 5,
    note: 'timer started, timer fired, workflow task (3)',
  },
  {
    construct: '`wait` until an instant that is past',
    body: 'steps:\n  - wait: { until: "2020-01-01T00:00:00Z" }\n',
    events: 0,
    note: '',
  },
  {
    construct: '`wait_for`',
    body: 'steps:\n  - w: { wait_for: { event: e } }\n',
    steer: async (s) => {
      await s.waiting('w');
      await s.event('e', 1);
    },
    events: 7,
    note: 'the update (accepted, completed), workflow task (3), status shown and taken back (2)',
  },
  {
    construct: '`wait_for` with a `timeout`',
    body: 'steps:\n  - w: { wait_for: { event: e, timeout: 1h } }\n',
    steer: async (s) => {
      await s.waiting('w');
      await s.event('e', 1);
    },
    events: 9,
    note: '2 more: timer started, timer cancelled',
  },
  {
    construct: '`approve`',
    body: 'steps:\n  - w: { approve: { title: t } }\n',
    steer: async (s) => {
      await s.waiting('w');
      await s.decide('w', true);
    },
    events: 7,
    note: 'as `wait_for`',
  },
  {
    construct: 'a call with a callback',
    body: 'steps:\n  - w: { adapter: demo, action: start }\n',
    steer: async (s) => {
      await s.waiting('w');
      await s.callback('w', 1);
    },
    events: 6 + 9,
    note: 'the call (6), then as `wait_for` with a time-out',
  },
  { construct: '`emit`', body: 'steps:\n  - emit: { type: t, data: 1 }\n', events: 6, note: 'as a call' },
  {
    construct: '`flow`',
    body: 'steps:\n  - f: { flow: event-child }\n',
    flows: SUB,
    events: 11,
    note: 'initiated, started, completed, two workflow tasks (6), status shown and taken back (2); the child has a history of its own',
  },
  {
    construct: '`flow` with `wait: false`',
    body: 'steps:\n  - f: { flow: { name: event-child, wait: false } }\n',
    flows: SUB,
    events: 5,
    note: 'initiated, started, workflow task (3)',
  },
  {
    construct: '`concurrency`',
    body: 'concurrency: { limit: 1, key: events }\nsteps:\n  - set: { x: 1 }\n',
    events: 13,
    note: 'asking (6), giving back (2 and a workflow task), status shown and taken back (2)',
  },
];
