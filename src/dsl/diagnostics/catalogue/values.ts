import type { CatalogueEntry } from './entry.ts';

/** WEIR30xx: values, durations, counts, expressions. */
export const VALUE_CODES = {
  WEIR3001: {
    severity: 'error',
    title: 'Not a duration',
    explanation:
      'A duration is written `500ms`, `30s`, `5m`, `1h30m`, `2d`, or in ISO 8601 (`PT5M`), or is a reference or `${ … }` that gives one.',
    bad: 'wait: five minutes',
    fix: 'wait: 5m',
  },
  WEIR3002: {
    severity: 'error',
    title: 'Out of range',
    explanation:
      'The number or duration is smaller or larger than the setting allows. Waits and callbacks last at most one year.',
    bad: 'retry: { attempts: 0 }',
    fix: 'retry: { attempts: 1 }',
  },
  WEIR3003: {
    severity: 'error',
    title: "The expression can't be read",
    explanation: 'Expressions are CEL, with a `$` before the root.',
    bad: 'if: $input.n ==',
    fix: 'if: $input.n == 1',
  },
  WEIR3004: {
    severity: 'error',
    title: 'A root without its `$`',
    explanation: 'In an expression every root starts with `$`: `$input`, `$vars`, `$step_id`.',
    bad: 'if: input.n == 1',
    fix: 'if: $input.n == 1',
  },
  WEIR3005: {
    severity: 'error',
    title: 'Text that starts like a reference',
    explanation: 'In a data place only a string that is exactly a reference is one. Anything more needs `${ … }`.',
    bad: 'set: { n: "$vars.n + 1" }',
    fix: 'set: { n: "${ $vars.n + 1 }" }',
  },
  WEIR3006: {
    severity: 'warning',
    title: 'A root in the middle of text',
    explanation:
      'This is data and stays as it is. To put a value in, use `${ … }`; to say that text is meant, write `$$`.',
    bad: 'set: { text: "Hello $input.name" }',
    fix: 'set: { text: "Hello ${ $input.name }" }',
  },
  WEIR3007: {
    severity: 'error',
    title: 'Unknown function',
    explanation: 'The expression calls a function that does not exist.',
    bad: 'if: sizeof($input.items) > 1',
    fix: 'if: size($input.items) > 1',
  },
  WEIR3008: {
    severity: 'error',
    title: "Types that don't go together",
    explanation: 'The expression would always fail, or the condition is no boolean.',
    bad: 'if: 5',
    fix: 'if: $input.n == 5',
  },
  WEIR3009: {
    severity: 'error',
    title: 'Expression too large',
    explanation: 'An expression is too long or nested too deep to be evaluated within its limits.',
    bad: 'if: ((((((((((((((((((((((((( … )))))))))))))))))))))))))',
    fix: 'Compute parts with `set` and put them together.',
  },
  WEIR3010: {
    severity: 'error',
    title: 'Not a point in time',
    explanation: '`until` of a `wait` takes a timestamp in ISO 8601 or an expression that gives one.',
    bad: 'wait: { until: 2026-13-45 }',
    fix: 'wait: { until: 2026-12-24T18:00:00Z }',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** WEIR40xx: what expressions refer to. */
export const REFERENCE_CODES = {
  WEIR4001: {
    severity: 'error',
    title: 'Unknown root',
    explanation: 'Nothing has this name: no step of the flow, no loop item here, and no reserved root.',
    bad: 'output: $nosuchstep.x',
    fix: 'output: $existing_step.x',
  },
  WEIR4002: {
    severity: 'error',
    title: "A step that can't have run yet",
    explanation: 'The value is read before the step it comes from can have ended.',
    bad: 'steps:\n  - set: { v: $later }\n  - later: { wait: 1s }',
    fix: 'Move the step up, or read its result further down.',
  },
  WEIR4003: {
    severity: 'warning',
    title: 'A step on another branch',
    explanation:
      'The step stands on a branch that need not have run, so its value may be `null` here. Between branches of a `parallel`, `needs` makes it certain.',
    bad: 'parallel:\n  - a: { adapter: ai }\n  - b: { set: { v: $a } }',
    fix: 'parallel:\n  - a: { adapter: ai }\n  - b: { set: { v: $a }, needs: [a] }',
  },
  WEIR4004: {
    severity: 'error',
    title: 'A step inside a loop, read from outside',
    explanation:
      "Inside a loop `$id` is the step of this round. Afterwards there are many, and only the loop's result holds them.",
    bad: 'steps:\n  - each: { foreach: { in: [1, 2], do: [ { one: { wait: 1s } } ] } }\n  - set: { v: $one }',
    fix: 'set: { v: "$each[0]" }',
  },
  WEIR4005: {
    severity: 'error',
    title: "A loop's root outside a loop",
    explanation: '`$item` and `$index` exist inside `foreach` and `repeat` only (`$item` not in `repeat`).',
    bad: 'steps:\n  - set: { v: $item }',
    fix: 'foreach: { in: $input.list, do: [ { set: { v: $item } } ] }',
  },
  WEIR4006: {
    severity: 'error',
    title: '`$error` outside a handler',
    explanation: '`$error`, and `fail: $error`, exist inside `on_error` only.',
    bad: 'steps:\n  - fail: $error',
    fix: 'on_error:\n  - fail: $error',
  },
  WEIR4007: {
    severity: 'error',
    title: "A secret outside a call's params",
    explanation:
      "`$secrets.NAME` and `$execution.callback_url` are filled in by the worker that makes the call. They are allowed only in a call's `params`, alone or as a plain `${ … }` in a string, so that no secret ever stands in the history.",
    bad: 'steps:\n  - set: { leak: $secrets.API_KEY }',
    fix: 'params: { headers: { authorization: "Bearer ${ $secrets.API_KEY }" } }',
  },
  WEIR4008: {
    severity: 'warning',
    title: 'A callback URL that nobody waits for',
    explanation: 'The call passes `$execution.callback_url` on, but does not wait for the callback.',
    bad: 'a: { adapter: http, params: { url: "https://x.test", body: { reply: $execution.callback_url } } }',
    fix: 'a: { adapter: http, params: { url: "https://x.test", body: { reply: $execution.callback_url } }, await: callback }',
  },
  WEIR4009: {
    severity: 'error',
    title: 'Unknown field of a root',
    explanation:
      '`$flow` has `name` and `version`, `$execution` has `id`, `started_at` and `attempt`, `$trigger` has `type`, `source`, `id`, `time`, `data` and `headers`.',
    bad: 'output: $execution.name',
    fix: 'output: $flow.name',
  },
  WEIR4010: {
    severity: 'warning',
    title: 'An input that is not declared',
    explanation:
      "`inputs` declares the flow's fields and this is none of them. Undeclared fields are kept, so it works when the caller sends it.",
    bad: 'inputs: { token: { type: string } }\noutput: $input.tokn',
    fix: 'output: $input.token',
  },
  WEIR4011: {
    severity: 'warning',
    title: 'A variable that nothing sets',
    explanation: 'Neither `vars` nor any `set` gives this variable a value.',
    bad: 'vars: { count: 1 }\noutput: $vars.cuont',
    fix: 'output: $vars.count',
  },
  WEIR4012: {
    severity: 'error',
    title: 'A field that the result does not have',
    explanation: 'The result of the step is known, and has no such field.',
    bad: 'steps:\n  - pause: { wait: 1s }\noutput: $pause.length',
    fix: "Check the action's output schema, or test with `has(…)`.",
  },
  WEIR4013: {
    severity: 'warning',
    title: "A field that the result's schema does not list",
    explanation: 'The schema allows more fields than it lists, but this one looks like a slip of the keys.',
    bad: 'output: $classify.categroy',
    fix: 'output: $classify.category',
  },
} as const satisfies Record<string, CatalogueEntry>;
