import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import { createReporter } from '../dsl/diagnostics/reporter.ts';
import { DEFAULT_LIMITS } from '../dsl/compile-environment.ts';
import { toJson } from '../dsl/check/read/to-json.ts';
import { decode } from '../dsl/parse/decode.ts';
import type { Node } from '../dsl/parse/node.ts';
import { parse } from '../dsl/parse/parse.ts';
import { child, Problems } from './problems.ts';
import { readData, readEvents } from './read-events.ts';
import { readExpect } from './read-expect.ts';
import { readMocks } from './read-mocks.ts';
import type { MockTable, TestCase, TestFile } from './test-file.ts';

export const FILE_KEYS = ['flow', 'config', 'mocks', 'cases'] as const;
export const CASE_KEYS = [
  'name',
  'description',
  'skip',
  'input',
  'trigger',
  'config',
  'mocks',
  'events',
  'expect',
] as const;
const TRIGGER_KEYS = ['type', 'source', 'id', 'time', 'data', 'headers'];
/** A test file holds data; ten times a flow's size is plenty. */
const LIMITS = { ...DEFAULT_LIMITS, maxBytes: 10 * DEFAULT_LIMITS.maxBytes, maxNodes: 100_000 };

export interface ParsedTestFile {
  /** null when a diagnostic is an error. */
  readonly file: TestFile | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a `*.test.yaml`. Pure; never throws for what an author wrote, and reports all problems at once. */
export function parseTestFile(source: string | Uint8Array): ParsedTestFile {
  const text = decode(source);
  const reporter = createReporter(text ?? '');
  if (text === null) reporter.span('WEIR0002', { start: 0, end: 1 }, 'The source is not UTF-8 text.');
  else if (text.length > LIMITS.maxBytes)
    reporter.span('WEIR0001', { start: 0, end: 1 }, `The test file is larger than ${LIMITS.maxBytes / 1024} KiB.`);
  const root = text === null || text.length > LIMITS.maxBytes ? undefined : parse(text, LIMITS, reporter);
  const problems = new Problems(text ?? '');
  const file = root === undefined ? null : readFile(problems, root);
  const diagnostics = [...reporter.diagnostics(), ...problems.diagnostics].sort(
    (a, b) => a.line - b.line || a.column - b.column,
  );
  if (root === undefined && diagnostics.length === 0) return parseTestFile('{}');
  return { file: diagnostics.some(({ severity }) => severity === 'error') ? null : file, diagnostics };
}

function readFile(problems: Problems, root: Node): TestFile | null {
  const map = problems.map(root, { what: 'A flow test', keys: FILE_KEYS, required: ['flow', 'cases'] });
  if (map === null) return null;
  const flow = problems.text(child(map, 'flow'), '`flow`');
  const common = {
    config: readData(problems, child(map, 'config'), '`config`') ?? {},
    mocks: readMocks(problems, child(map, 'mocks')),
  };
  const list = child(map, 'cases');
  const nodes = problems.items(list, '`cases`');
  if (list?.kind === 'list' && nodes.length === 0) problems.value('WEIR9003', list, '`cases` needs at least one case.');
  const names = new Set<string>();
  const cases = nodes.flatMap((node) => {
    const [read] = readCase(problems, node, common);
    if (read === undefined) return [];
    if (names.has(read.name))
      problems.value(
        'WEIR9004',
        node,
        `There is another case \`${read.name}\` in this file.`,
        'Reports tell cases by their names.',
      );
    names.add(read.name);
    return [read];
  });
  return flow === undefined ? null : { flow, cases };
}

function readCase(
  problems: Problems,
  node: Node,
  common: { config: TestCase['config']; mocks: MockTable },
): TestCase[] {
  const map = problems.map(node, { what: 'A case', keys: CASE_KEYS, required: ['name'] });
  if (map === null) return [];
  const name = problems.text(child(map, 'name'), '`name`');
  problems.text(child(map, 'description'), '`description`');
  const input = child(map, 'input');
  const trigger = child(map, 'trigger');
  const parsed = {
    line: problems.lineOf(node),
    skip: readSkip(problems, child(map, 'skip')),
    input: input === undefined ? undefined : toJson(input),
    trigger:
      (trigger &&
        problems.map(trigger, { what: '`trigger`', keys: TRIGGER_KEYS }) &&
        readData(problems, trigger, '`trigger`')) ??
      null,
    config: { ...common.config, ...readData(problems, child(map, 'config'), '`config`') },
    mocks: new Map([...common.mocks, ...readMocks(problems, child(map, 'mocks'))]),
    events: readEvents(problems, child(map, 'events')),
    expect: readExpect(problems, child(map, 'expect')),
  };
  return name === undefined ? [] : [{ name, ...parsed }];
}

function readSkip(problems: Problems, node: Node | undefined): string | null {
  if (node?.kind === 'scalar' && node.value === true)
    problems.value('WEIR9002', node, '`skip` takes the reason as a text.');
  else if (node?.kind === 'scalar' && node.value === false) return null;
  else return problems.text(node, '`skip`') ?? null;
  return null;
}
