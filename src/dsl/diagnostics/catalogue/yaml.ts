import type { CatalogueEntry } from './entry.ts';

/** WEIR00xx: reading the document. */
export const YAML_CODES = {
  WEIR0001: {
    severity: 'error',
    title: 'Source too large',
    explanation: 'A flow is at most 256 KiB of YAML or JSON. The API answers 413.',
    bad: 'a file of 10 MB',
    fix: 'Move data out of the flow: into inputs, results, or storage. Split the flow and call the parts with `flow`.',
  },
  WEIR0002: {
    severity: 'error',
    title: 'Not UTF-8',
    explanation: 'Flows are UTF-8 text. The bytes given are not.',
    bad: 'a file saved as UTF-16 or Latin-1',
    fix: 'Save the file as UTF-8.',
  },
  WEIR0003: {
    severity: 'error',
    title: "The YAML can't be read",
    explanation:
      'The text breaks a rule of YAML 1.2: often an indentation, a bracket that is not closed, or a text with `: ` or ` #` that needs quotes.',
    bad: 'steps:\n  - wait: [1s\n  - wait: 2s',
    fix: 'steps:\n  - wait: 1s\n  - wait: 2s',
  },
  WEIR0004: {
    severity: 'error',
    title: 'Several documents',
    explanation: 'A source is exactly one flow; `---` starts another document.',
    bad: 'flow: a\nsteps: [ { wait: 1s } ]\n---\nflow: b\nsteps: [ { wait: 1s } ]',
    fix: 'Put each flow into its own file.',
  },
  WEIR0005: {
    severity: 'error',
    title: 'Nested too deep',
    explanation: 'Blocks of steps may be nested 32 levels deep, and so may data inside one value.',
    bad: 'vars: { a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] }',
    fix: 'Move inner blocks into a flow of their own and call it with `flow`.',
  },
  WEIR0006: {
    severity: 'error',
    title: 'Too many nodes',
    explanation:
      'A document has at most 10,000 values, counted after its aliases are expanded. This stops documents that grow without end from a few bytes.',
    bad: 'x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nx-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nx-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nx-d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
    fix: 'Use fewer aliases, or move data out of the flow.',
  },
  WEIR0007: {
    severity: 'error',
    title: 'Too many aliases',
    explanation: 'A document may use at most 100 aliases (`*name`).',
    bad: 'a list of 101 aliases',
    fix: 'Name calls under `actions` and settings under `defaults` instead of repeating an alias.',
  },
  WEIR0008: {
    severity: 'error',
    title: 'An alias that leads nowhere, or into itself',
    explanation: 'An alias needs an anchor of that name before it, and may not stand inside what it means.',
    bad: 'vars: { a: *nothing }',
    fix: 'x-shared: &shared { n: 1 }\nvars: { a: *shared }',
  },
  WEIR0009: {
    severity: 'error',
    title: 'Duplicate key',
    explanation: 'A key stands twice in one map; one of the values would be lost without a word.',
    bad: 'vars:\n  a: 1\n  a: 2',
    fix: 'vars:\n  a: 2',
  },
  WEIR0010: {
    severity: 'error',
    title: 'Custom tag',
    explanation:
      'Tags such as `!env` or `!!js/function` are refused: a flow is plain data. `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!seq`, `!!map` are allowed where the value is of that type.',
    bad: 'vars: { a: !env HOME }',
    fix: 'vars: { a: $config.HOME }',
  },
  WEIR0011: {
    severity: 'error',
    title: 'Merge key',
    explanation: '`<<` is not part of YAML 1.2.',
    bad: 'x-base: &base { attempts: 2 }\nsteps:\n  - a: { adapter: http, retry: { <<: *base, initial: 1s } }',
    fix: 'Use the alias for the whole value (`retry: *base`), or `defaults`.',
  },
  WEIR0012: {
    severity: 'error',
    title: 'A key that is no text',
    explanation: "Keys are text. Lists, maps and empty keys can't be written as JSON.",
    bad: 'vars: { [a, b]: 1 }',
    fix: 'vars: { ab: 1 }',
  },
  WEIR0013: {
    severity: 'error',
    title: 'The key `__proto__`',
    explanation: 'This key means something to the host language, and is refused everywhere.',
    bad: 'vars: { __proto__: { admin: true } }',
    fix: 'Choose another name.',
  },
  WEIR0014: {
    severity: 'error',
    title: 'Not a finite number',
    explanation: "`.inf` and `.nan` can't be written as JSON.",
    bad: 'vars: { most: .inf }',
    fix: 'Leave the value out, or use `null`.',
  },
  WEIR0015: {
    severity: 'warning',
    title: 'A number too large to be exact',
    explanation: 'Whole numbers beyond 9007199254740991 lose digits.',
    bad: 'vars: { order: 12345678901234567890 }',
    fix: 'vars: { order: "12345678901234567890" }',
  },
} as const satisfies Record<string, CatalogueEntry>;
