import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { parseDuration } from '../dsl/expressions/index.ts';
import { toJson } from '../dsl/check/read/to-json.ts';
import { describeNode, type Node } from '../dsl/parse/node.ts';
import { ERROR_FIELDS } from '../workflows/interpreter/flow-error.ts';
import { child, type Problems } from './problems.ts';
import type { Expectation, ExpectedCall } from './test-file.ts';

const STATUSES = ['completed', 'failed', 'cancelled', 'timed_out', 'waiting'] as const;
export const EXPECT_KEYS = ['status', 'output', 'output_exact', 'calls', 'error', 'elapsed'] as const;

/** Reads `expect`. Without `status` the flow has to complete, or with `error` to fail. */
export function readExpect(problems: Problems, node: Node | undefined): Expectation {
  const map = node === undefined ? null : problems.map(node, { what: '`expect`', keys: EXPECT_KEYS });
  if (map === null) return { status: 'completed', lines: {} };
  const lines: Record<string, number> = {};
  for (const { key, value } of map.entries.values()) lines[key] = problems.lineOf(value);
  const status = problems.word(child(map, 'status'), '`status`', STATUSES);
  const output = child(map, 'output');
  const exact = child(map, 'output_exact');
  const calls = child(map, 'calls');
  const error = readError(problems, child(map, 'error'));
  const elapsed = readElapsed(problems, child(map, 'elapsed'));
  if (error !== undefined && status !== undefined && status !== 'failed' && status !== 'timed_out') {
    problems.key('WEIR9002', child(map, 'error') ?? map, `An execution that ends ${status} has no error.`);
  }
  return {
    status: status ?? (error === undefined ? 'completed' : 'failed'),
    ...(output !== undefined && { output: toJson(output) }),
    ...(exact !== undefined && { outputExact: toJson(exact) }),
    ...(calls !== undefined && { calls: problems.items(calls, '`calls`').flatMap((item) => readCall(problems, item)) }),
    ...(error !== undefined && { error }),
    ...(elapsed !== undefined && { elapsed }),
    lines,
  };
}

function readError(problems: Problems, node: Node | undefined): JsonObject | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'string') return { code: node.value };
  const map = problems.map(node, { what: '`error`', keys: ERROR_FIELDS });
  return map === null ? undefined : (toJson(map) as JsonObject); // a map node gives an object
}

function readCall(problems: Problems, node: Node): ExpectedCall[] {
  if (node.kind === 'scalar' && typeof node.value === 'string') return [{ call: node.value }];
  const [entry, ...more] = node.kind === 'map' ? node.entries.values() : [];
  if (entry === undefined || more.length > 0) {
    problems.value(
      'WEIR9002',
      node,
      `A call is \`adapter.action\` (or a step’s id), or { adapter.action: { …params } }, not ${describeNode(node)}.`,
    );
    return [];
  }
  return [{ call: entry.key, params: toJson(entry.value) }];
}

function readElapsed(problems: Problems, node: Node | undefined): Expectation['elapsed'] {
  if (node === undefined) return undefined;
  if (node.kind === 'map') {
    const map = problems.map(node, { what: '`elapsed`', keys: ['min', 'max'] });
    const min = map ? problems.duration(child(map, 'min'), '`min`') : undefined;
    const max = map ? problems.duration(child(map, 'max'), '`max`') : undefined;
    return { min: min ?? 0, max: max ?? Number.POSITIVE_INFINITY, text: JSON.stringify(toJson(node)) };
  }
  const ms = problems.duration(node, '`elapsed`');
  if (ms === undefined) return undefined;
  const text = node.kind === 'scalar' ? String(node.value) : '';
  const half = toTheMillisecond(text) ? 0 : 499;
  return { min: ms - half, max: ms + half, text };
}

/** `1500ms` and `1.5s` are meant to the millisecond; `3s` and `10m` to the second, since jitter and waits leave a rest. */
function toTheMillisecond(text: string): boolean {
  return text.includes('ms') || (parseDuration(text) ?? 0) % 1000 !== 0;
}

/** For messages: JSON, cut where it gets long. */
export function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
