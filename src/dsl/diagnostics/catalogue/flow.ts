import type { CatalogueEntry } from './entry.ts';

/** WEIR10xx: the document and its settings. */
export const FLOW_CODES = {
  WEIR1001: {
    severity: 'error',
    title: 'Unknown key',
    explanation: 'The key means nothing here. Keys that start with `x-` are free at the top of the document.',
    bad: 'flow: a\nfinaly: [ { wait: 1s } ]\nsteps: [ { wait: 1s } ]',
    fix: 'flow: a\nfinally: [ { wait: 1s } ]\nsteps: [ { wait: 1s } ]',
  },
  WEIR1002: {
    severity: 'error',
    title: 'Wrong type',
    explanation: 'The value is of another type than the setting takes.',
    bad: 'steps: { wait: 1s }',
    fix: 'steps: [ { wait: 1s } ]',
  },
  WEIR1003: {
    severity: 'error',
    title: 'Something required is missing',
    explanation: "The setting can't be left out here.",
    bad: 'steps:\n  - wait: 1s',
    fix: 'flow: my-flow\nsteps:\n  - wait: 1s',
  },
  WEIR1004: {
    severity: 'error',
    title: 'Bad flow name',
    explanation:
      "A flow's name is at most 64 characters: a small letter, then small letters, digits and `-`. Names of host objects are refused.",
    bad: 'flow: My_Flow',
    fix: 'flow: my-flow',
  },
  WEIR1005: {
    severity: 'error',
    title: 'Not a semantic version',
    explanation: '`version` is `major.minor.patch`. Left out, the registry bumps the patch level.',
    bad: 'version: latest',
    fix: 'version: 1.4.0',
  },
  WEIR1006: {
    severity: 'error',
    title: 'Not one of the allowed words',
    explanation: 'The setting takes one of a few words.',
    bad: 'parallel: { join: most, branches: [ a, b ] }',
    fix: 'parallel: { join: any, branches: [ a, b ] }',
  },
  WEIR1007: {
    severity: 'error',
    title: 'Not a valid JSON Schema',
    explanation: '`inputs` and `form` hold JSON Schema (draft 2020-12), and what is there breaks its rules.',
    bad: 'inputs: { age: { type: whole } }',
    fix: 'inputs: { age: { type: integer } }',
  },
  WEIR1008: {
    severity: 'error',
    title: 'Nothing in it',
    explanation: 'A flow needs at least one step, a `parallel` a branch, a block and a loop a step.',
    bad: 'steps: []',
    fix: 'steps: [ { wait: 1s } ]',
  },
  WEIR1009: {
    severity: 'error',
    title: 'Too many steps',
    explanation: 'A flow has at most 50 steps, counting every step at every depth, handlers too.',
    bad: 'a flow with 51 steps',
    fix: 'Move parts into flows of their own and call them with `flow`.',
  },
  WEIR1010: {
    severity: 'error',
    title: "A trigger that can't be told",
    explanation:
      'A trigger is an event type, `manual`, or a map with exactly one of `schedule`, `webhook`, `event`, `flow`.',
    bad: 'trigger: { schedule: "0 9 * * *", webhook: orders }',
    fix: 'trigger: [ { schedule: "0 9 * * *" }, { webhook: orders } ]',
  },
  WEIR1011: {
    severity: 'error',
    title: 'Not a cron expression',
    explanation:
      '`schedule` takes five fields (minute, hour, day of month, month, day of week), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.',
    bad: 'trigger: { schedule: every morning }',
    fix: 'trigger: { schedule: "0 9 * * 1-5" }',
  },
  WEIR1012: {
    severity: 'error',
    title: 'Unknown time zone',
    explanation: '`timezone` is a name of the IANA time zone database.',
    bad: 'trigger: { schedule: "0 9 * * *", timezone: Mars/Base }',
    fix: 'trigger: { schedule: "0 9 * * *", timezone: Europe/Berlin }',
  },
  WEIR1013: {
    severity: 'error',
    title: 'Bad name',
    explanation:
      'Names of variables, actions, branches and loop items are letters, digits and `_`, not starting with a digit; roots such as `input` are reserved.',
    bad: 'vars: { my-var: 1 }',
    fix: 'vars: { my_var: 1 }',
  },
} as const satisfies Record<string, CatalogueEntry>;
