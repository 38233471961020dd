import type { Json } from '../dsl/ir/json.ts';
import { describeNode, type Node } from '../dsl/parse/node.ts';
import { toJson } from '../dsl/check/read/to-json.ts';
import { child, type Problems } from './problems.ts';
import type { Mock, MockTable } from './test-file.ts';

/** Statuses after which a call may be tried again (dsl.md, section 2: the `http` adapter). */
const RETRYABLE = new Set([408, 425, 429]);
const RETRYABLE_CODES = new Set(['timeout', 'connection_failed', 'adapter_unavailable', 'circuit_open']);

/** Reads `mocks`: by `adapter.action`, step id or address, one answer or a list of them. */
export function readMocks(problems: Problems, node: Node | undefined): MockTable {
  const table = new Map<string, readonly Mock[]>();
  if (node === undefined) return table;
  for (const { key, value } of problems.anyMap(node, '`mocks`')?.entries.values() ?? []) {
    if (value.kind === 'list' && value.items.length === 0)
      problems.value('WEIR9003', value, `The mock \`${key}\` needs at least one answer.`);
    const nodes = value.kind === 'list' ? value.items : [value];
    table.set(
      key,
      nodes.flatMap((answer) => readMock(problems, answer, key)),
    );
  }
  return table;
}

function readMock(problems: Problems, node: Node, key: string): Mock[] {
  const what = `An answer of the mock \`${key}\``;
  if (node.kind !== 'map' || !['return', 'fail', 'delay'].some((name) => node.entries.has(name))) {
    const hint =
      node.kind === 'map' || node.kind === 'list' || node.value !== null
        ? 'Write { return: … } around the result.'
        : 'For a call without a result: { return: null }.';
    problems.value('WEIR9002', node, `${what} is { return: … } or { fail: … }, not ${describeNode(node)}.`, hint);
    return [];
  }
  const map = problems.map(node, { what, keys: ['return', 'fail', 'delay'] });
  if (map === null) return [];
  const after = problems.duration(child(map, 'delay'), '`delay`') ?? 0;
  const fail = child(map, 'fail');
  const result = child(map, 'return');
  if (fail === undefined) return [{ after, result: result === undefined ? null : toJson(result) }];
  if (result !== undefined) problems.key('WEIR9002', fail, `${what} has either \`return\` or \`fail\`.`);
  const error = readFail(problems, fail);
  return error === null ? [] : [{ after, error }];
}

type MockError = Extract<Mock, { error: unknown }>['error'];

function readFail(problems: Problems, node: Node): MockError | null {
  if (node.kind === 'scalar') {
    const code = problems.text(node, '`fail`');
    return code === undefined ? null : withDefaults({ code });
  }
  const keys = ['code', 'message', 'status', 'retryable', 'details', 'retry_after'];
  const map = problems.map(node, { what: '`fail`', keys, required: ['code'] });
  if (map === null) return null;
  const code = problems.text(child(map, 'code'), '`code`');
  const message = problems.text(child(map, 'message'), '`message`');
  const status = readStatus(problems, child(map, 'status'));
  const retryable = problems.boolean(child(map, 'retryable'), '`retryable`');
  const retryAfterMs = problems.duration(child(map, 'retry_after'), '`retry_after`');
  const details = child(map, 'details');
  if (code === undefined) return null;
  return withDefaults({
    code,
    ...(message !== undefined && { message }),
    ...(status !== undefined && { status }),
    ...(retryable !== undefined && { retryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(details !== undefined && { details: toJson(details) }),
  });
}

function readStatus(problems: Problems, node: Node | undefined): number | undefined {
  if (node === undefined) return undefined;
  if (
    node.kind === 'scalar' &&
    typeof node.value === 'number' &&
    Number.isInteger(node.value) &&
    node.value >= 100 &&
    node.value <= 599
  )
    return node.value;
  problems.value('WEIR9002', node, `\`status\` is an HTTP status from 100 to 599, not ${describeNode(node)}.`);
  return undefined;
}

interface Given {
  readonly code: string;
  readonly message?: string;
  readonly status?: number;
  readonly retryable?: boolean;
  readonly details?: Json;
  readonly retryAfterMs?: number;
}

/** What a test leaves out is as the `http` adapter would have it: `http_503` has status 503 and may be tried again. */
function withDefaults(given: Given): MockError {
  const digits = /^http_(\d{3})$/.exec(given.code)?.[1];
  const status = given.status ?? (digits === undefined ? undefined : Number(digits));
  const byStatus = status !== undefined && (RETRYABLE.has(status) || (status >= 500 && status !== 501));
  return {
    message: `the mock fails with ${given.code}`,
    retryable: byStatus || RETRYABLE_CODES.has(given.code),
    ...(status !== undefined && { status }),
    ...given,
  };
}
