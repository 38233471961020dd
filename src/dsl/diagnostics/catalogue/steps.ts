import type { CatalogueEntry } from './entry.ts';

/** WEIR20xx: steps, their kinds and modifiers. */
export const STEP_CODES = {
  WEIR2001: {
    severity: 'error',
    title: 'Not a step',
    explanation: "A step is a name, or a map: one key that names it, or the step's own keys.",
    bad: 'steps:\n  - 42',
    fix: 'steps:\n  - send_email',
  },
  WEIR2002: {
    severity: 'error',
    title: 'Bad step id',
    explanation:
      "A step's id is letters, digits and `_`, and does not start with a digit, so that `$id` can be read in expressions.",
    bad: 'steps:\n  - my-step: { wait: 1s }',
    fix: 'steps:\n  - my_step: { wait: 1s }',
  },
  WEIR2003: {
    severity: 'error',
    title: 'Reserved step id',
    explanation:
      "Keywords (kinds, modifiers, `adapter`, `action`, `params`, `match`) and roots of expressions (`input`, `vars`, …) can't be ids.",
    bad: 'steps:\n  - input: { wait: 1s }',
    fix: 'steps:\n  - read_input: { wait: 1s }',
  },
  WEIR2004: {
    severity: 'error',
    title: 'Step id used twice',
    explanation: 'Ids are unique in the whole flow, across blocks and handlers.',
    bad: 'steps:\n  - a: { wait: 1s }\n  - a: { wait: 2s }',
    fix: 'steps:\n  - a: { wait: 1s }\n  - b: { wait: 2s }',
  },
  WEIR2005: {
    severity: 'error',
    title: 'Two kinds in one step',
    explanation:
      "A step does exactly one thing. Settings of a kind stand inside its keyword; only a call's settings stand in the step itself.",
    bad: 'steps:\n  - a: { wait: 1s, set: { x: 1 } }',
    fix: 'steps:\n  - a: { wait: 1s }\n  - b: { set: { x: 1 } }',
  },
  WEIR2006: {
    severity: 'error',
    title: 'A modifier that this kind does not take',
    explanation:
      'Modifiers are allowed where they make sense: `attempt_timeout`, `idempotency_key`, `fallback`, `await`, `callback_timeout` and `execution` belong to calls; `wait_for`, `approve` and `script` have a `timeout` of their own inside.',
    bad: 'steps:\n  - a: { wait: 1s, fallback: [http] }',
    fix: 'Remove the modifier, or move it to the step it is meant for.',
  },
  WEIR2007: {
    severity: 'error',
    title: "A step's name is not clear",
    explanation:
      'A named step is a map with that one name as its key, and everything else below it. An `id` inside a named step names it twice.',
    bad: 'steps:\n  - charge: { adapter: stripe }\n    retry: false',
    fix: 'steps:\n  - charge:\n      adapter: stripe\n      retry: false',
  },
  WEIR2008: {
    severity: 'error',
    title: 'A step without a kind',
    explanation: 'The step has modifiers only, and no id whose name could be called.',
    bad: 'steps:\n  - { timeout: 3s, retry: false }',
    fix: 'steps:\n  - { adapter: http, action: request, timeout: 3s, retry: false }',
  },
  WEIR2009: {
    severity: 'error',
    title: 'Handlers mixed up',
    explanation:
      '`on_error` is a list of steps, or of handlers `{ match, do }`. Handlers are tried in order, so only the last may be without `match`.',
    bad: 'on_error:\n  - do: [ { wait: 1s } ]\n  - { match: timeout, do: [ { wait: 1s } ] }',
    fix: 'on_error:\n  - { match: timeout, do: [ { wait: 1s } ] }\n  - do: [ { wait: 1s } ]',
  },
  WEIR2010: {
    severity: 'error',
    title: '`needs` outside a parallel',
    explanation: '`needs` orders the branches of one `parallel`. Elsewhere steps run in the order in which they stand.',
    bad: 'steps:\n  - a: { wait: 1s }\n  - b: { wait: 1s, needs: [a] }',
    fix: 'steps:\n  - parallel:\n      - a: { wait: 1s }\n      - b: { wait: 1s, needs: [a] }',
  },
  WEIR2011: {
    severity: 'error',
    title: '`needs` names no branch',
    explanation: '`needs` takes ids of other branches of the same `parallel`.',
    bad: 'parallel:\n  - a: { wait: 1s }\n  - b: { wait: 1s, needs: [elsewhere] }',
    fix: 'parallel:\n  - a: { wait: 1s }\n  - b: { wait: 1s, needs: [a] }',
  },
  WEIR2012: {
    severity: 'error',
    title: 'Branches wait for each other',
    explanation: 'The `needs` of these branches form a circle; none could ever start.',
    bad: 'parallel:\n  - a: { wait: 1s, needs: [b] }\n  - b: { wait: 1s, needs: [a] }',
    fix: 'parallel:\n  - a: { wait: 1s }\n  - b: { wait: 1s, needs: [a] }',
  },
  WEIR2013: {
    severity: 'error',
    title: "`join` can't be reached",
    explanation: '`join: <n>` waits for n successes, and there are fewer branches.',
    bad: 'parallel: { join: 3, branches: [ { wait: 1s }, { wait: 2s } ] }',
    fix: 'parallel: { join: 2, branches: [ { wait: 1s }, { wait: 2s } ] }',
  },
  WEIR2014: {
    severity: 'error',
    title: 'Branch name taken',
    explanation:
      'Branch names are the keys of the result, so they are unique, and `winner` is taken where `join` is `any` or `race`.',
    bad: 'parallel:\n  - left: [ { wait: 1s } ]\n  - left: [ { wait: 2s } ]',
    fix: 'parallel:\n  - left: [ { wait: 1s } ]\n  - right: [ { wait: 2s } ]',
  },
  WEIR2015: {
    severity: 'error',
    title: '`return` in `finally` or `compensate`',
    explanation: "What tidies up can't decide how the flow ends.",
    bad: 'finally:\n  - return: 1',
    fix: 'output: 1',
  },
  WEIR2016: {
    severity: 'error',
    title: 'A step that is never reached',
    explanation: 'The step before it always ends the flow or the block with `return` or `fail`.',
    bad: 'steps:\n  - return: 1\n  - wait: 1s',
    fix: 'Remove the step, or give the one before it an `if`.',
  },
  WEIR2017: {
    severity: 'error',
    title: 'Exactly one of two settings',
    explanation: '`repeat` takes `until` or `while`; `script` takes `source` or `file`.',
    bad: 'repeat: { do: [ { wait: 1s } ], until: $index > 2, while: $index < 3 }',
    fix: 'repeat: { do: [ { wait: 1s } ], until: $index > 2 }',
  },
  WEIR2018: {
    severity: 'error',
    title: "Can't run as a local call",
    explanation:
      '`execution: local` is for calls that are idempotent, are not waited for by callback, and have an `attempt_timeout` of at most 1 s: they may be repeated when a worker is lost.',
    bad: 'a: { adapter: stripe, action: charge_card, execution: local }',
    fix: 'a: { adapter: http, action: request, params: { method: GET, url: "https://example.com" }, execution: local, attempt_timeout: 1s }',
  },
  WEIR2019: {
    severity: 'warning',
    title: 'A variable set on a branch is lost',
    explanation: 'What a parallel branch or a concurrent iteration sets with `set` is its own, and ends with it.',
    bad: 'parallel:\n  - { set: { found: true } }\n  - { wait: 1s }',
    fix: "Read the step's result after the `parallel` instead.",
  },
  WEIR2020: {
    severity: 'error',
    title: 'Script file not found',
    explanation: '`file` is a path beside the flow, and nothing of that name was given with it.',
    bad: 'script: { runtime: node, file: ./missing.js }',
    fix: 'Check the path, or write the script into `source`.',
  },
} as const satisfies Record<string, CatalogueEntry>;
