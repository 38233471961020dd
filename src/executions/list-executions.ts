import { createHash } from 'node:crypto';
import { Problem } from '../problems/problem.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import { executionSummary } from './execution-view.ts';
import { keyOf, type PageKey, pageByStart } from './page-by-start.ts';
import type { Runs, RunSummary } from './runs.ts';
import type { ExecutionSummary } from './view.ts';

/** All given must hold. */
export interface ExecutionFilter {
  readonly flow?: string;
  readonly status?: ExecutionStatus;
  /** Started at or after. */
  readonly since?: Date;
  readonly tag?: string;
}
export interface ExecutionPage {
  readonly items: readonly ExecutionSummary[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}

/** One page, newest first. Visibility is eventually consistent: a start shows within a second. Throws invalid_request for a cursor that is none. */
export async function listExecutions(
  runs: Pick<Runs, 'list'>,
  filter: ExecutionFilter,
  page: { readonly limit: number; readonly cursor: string | null; readonly now: number },
): Promise<ExecutionPage> {
  const query = visibilityQuery(filter);
  const after = page.cursor === null ? null : decodeCursor(page.cursor, query);
  const found = await pageByStart(runs, query, { limit: page.limit + 1, after, now: page.now });
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: latestRuns(shown).map(executionSummary),
    next: found.length > page.limit && last !== undefined ? encodeCursor(keyOf(last), query) : null,
  };
}

/** Temporal's list filter. Only executions of flows have a version; a run that was continued is not an execution's end. */
export function visibilityQuery({ flow, status, since, tag }: ExecutionFilter): string {
  return [
    'WeirVersion IS NOT NULL',
    status === undefined ? "ExecutionStatus != 'ContinuedAsNew'" : STATUS_QUERY[status],
    ...(flow === undefined ? [] : [`WorkflowType = ${quoted(flow)}`]),
    ...(since === undefined ? [] : [`StartTime >= '${since.toISOString()}'`]),
    ...(tag === undefined ? [] : [`WeirTags = ${quoted(tag)}`]),
  ].join(' AND ');
}

const STATUS_QUERY: Readonly<Record<ExecutionStatus, string>> = {
  running: "ExecutionStatus = 'Running' AND WeirStatus = 'running'",
  waiting: "ExecutionStatus = 'Running' AND WeirStatus = 'waiting'",
  paused: "ExecutionStatus = 'Running' AND WeirStatus = 'paused'",
  completed: "ExecutionStatus = 'Completed'",
  failed: "ExecutionStatus = 'Failed' AND WeirStatus != 'timed_out'",
  cancelled: "ExecutionStatus = 'Canceled'",
  terminated: "ExecutionStatus = 'Terminated'",
  timed_out: "(ExecutionStatus = 'TimedOut' OR (ExecutionStatus = 'Failed' AND WeirStatus = 'timed_out'))",
};

/** Text for the filter. What could end the quotes is refused, not escaped: no name or tag needs it. */
export function quoted(text: string): string {
  if (!/^[^'"`\\\p{Cc}]{1,255}$/u.test(text))
    throw new Problem('invalid_request', `${JSON.stringify(text)} holds characters that can't be searched for.`);
  return `'${text}'`;
}

/** An execution that was rolled back after its end has several runs: the last one counts. */
function latestRuns(items: readonly RunSummary[]): readonly RunSummary[] {
  const latest = new Map<string, RunSummary>();
  for (const run of items) {
    const known = latest.get(run.executionId);
    if (known === undefined || run.startedAt > known.startedAt) latest.set(run.executionId, run);
  }
  return [...latest.values()];
}

/** The key of the last item, with a check sum over it and the filter: under another filter it would mean nothing. */
function encodeCursor(key: PageKey, query: string): string {
  const text = JSON.stringify(key);
  return `${Buffer.from(text).toString('base64url')}.${checkSum(text, query)}`;
}
function decodeCursor(cursor: string, query: string): PageKey {
  const [encoded = '', sum] = cursor.split('.');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  if (checkSum(text, query) !== sum)
    throw new Problem(
      'invalid_request',
      '`cursor` is not one that a page of this list gave; keep the filters as they were.',
    );
  return JSON.parse(text) as PageKey; // the check sum says that encodeCursor wrote it
}
const checkSum = (text: string, query: string): string =>
  createHash('sha256').update(text).update(query).digest('base64url').slice(0, 10);
