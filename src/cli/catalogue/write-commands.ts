import type { CommandDefinition } from '../command.ts';
import { ADAPTERS, JSON_OUT } from './common-options.ts';

/** Commands that need files only: no server, no Temporal. */
export const WRITE_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'validate',
    group: 'Write flows',
    summary: 'Check flows and show what is wrong with them',
    description:
      'Compiles each flow and reports all its problems at once. Adapter files (adapters/*.yaml) and the action catalogue (actions.yaml) are taken from the folder of the flow and those above it. A folder means the flows in and under it; nothing means the working folder.',
    args: [{ name: 'files', kind: 'variadic', description: 'files, folders, globs, or - for standard input' }],
    options: [
      {
        flags: '-f, --format <format>',
        description: 'how problems are printed',
        choices: ['text', 'json', 'sarif', 'github'],
        default: 'text',
      },
      { flags: '--strict', description: 'fail for warnings too' },
      ADAPTERS,
    ],
    examples: [
      { line: 'weir validate', does: 'checks every flow in and under the working folder' },
      { line: "weir validate 'flows/**/*.yaml' --strict", does: 'checks by pattern; warnings fail' },
      { line: 'weir validate --format sarif > weir.sarif', does: 'writes a report for code scanning' },
    ],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/validate.ts')).validate,
  },
  {
    name: 'test',
    group: 'Write flows',
    summary: 'Run flow tests: virtual time, mocked adapters, no server',
    description:
      'Runs the cases of *.test.yaml files. A call without a mock fails its case. Nothing means every test in and under the working folder.',
    args: [{ name: 'files', kind: 'variadic', description: 'test files, folders or globs' }],
    options: [
      { flags: '--filter <text>', description: 'only cases whose name contains the text' },
      { flags: '--junit <file>', description: 'write a JUnit report' },
      { flags: '--coverage', description: 'show which steps the cases reach' },
      { flags: '--lcov <file>', description: 'write the coverage for other tools' },
      ADAPTERS,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir test', does: 'runs all tests' },
      { line: 'weir test flows/support.test.yaml --filter refund', does: 'runs some cases of one file' },
      { line: 'weir test --junit report.xml --coverage', does: 'reports for a build server' },
    ],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/test.ts')).test,
  },
  {
    name: 'graph',
    group: 'Write flows',
    summary: 'Draw a flow as a Mermaid flowchart',
    args: [{ name: 'file', kind: 'required', description: 'the flow, or - for standard input' }],
    options: [
      {
        flags: '-f, --format <format>',
        description: 'what is printed',
        choices: ['mermaid', 'json'],
        default: 'mermaid',
      },
      ADAPTERS,
    ],
    examples: [{ line: 'weir graph support.flow.yaml > support.mmd', does: 'writes the flowchart to a file' }],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/graph.ts')).graph,
  },
  {
    name: 'schema',
    group: 'Write flows',
    summary: 'Print the JSON Schema of the flow language, for editors',
    args: [],
    options: [
      { flags: '-o, --out <file>', description: 'write it to a file' },
      { flags: '--tests', description: 'the schema of flow tests (*.test.yaml) instead' },
    ],
    examples: [{ line: 'weir schema --out .vscode/weir.schema.json', does: 'for completion and hover in an editor' }],
    exits: ['ok'],
    load: async () => (await import('../commands/schema.ts')).schema,
  },
  {
    name: 'replay',
    group: 'Write flows',
    summary: 'Replay a recorded Temporal history on this version',
    description:
      'Runs the history (as `temporal workflow show --output json` and the Web UI write it) through the workflow code of this installation, tells whether it replays, and lists the steps that it took.',
    args: [{ name: 'history', kind: 'required', description: 'the JSON file' }],
    options: [JSON_OUT],
    examples: [{ line: 'weir replay history.json', does: 'before an upgrade: would this execution survive it?' }],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/replay.ts')).replay,
  },
];
