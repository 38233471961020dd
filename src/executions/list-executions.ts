import { Problem } from '../problems/problem.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import { executionSummary } from './execution-view.ts';
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
export async function listExecutions(runs: Runs, filter: ExecutionFilter, page: { readonly limit: number; readonly cursor: string | null }): Promise<ExecutionPage> {
  const cursor = page.cursor === null ? null : decodeCursor(page.cursor);
  const found = await runs.list(visibilityQuery(filter), { size: page.limit, cursor });
  const next = found.cursor === null || found.items.length < page.limit ? null : Buffer.from(found.cursor).toString('base64url');
  return { items: latestRuns(found.items).map(executionSummary), next };
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
  if (!/^[^'"`\\\p{Cc}]{1,255}$/u.test(text)) throw new Problem('invalid_request', `${JSON.stringify(text)} holds characters that can't be searched for.`);
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

function decodeCursor(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== text) throw new Problem('invalid_request', '`cursor` is not one that a page gave.');
  return bytes;
}
