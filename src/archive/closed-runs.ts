import type { Runs, RunSummary } from '../executions/runs.ts';

/** Closed runs, the earlier close first within each. All that closed before `until` (ms) have been given then; null: all that there are. */
export interface ClosedRuns {
  readonly items: readonly RunSummary[];
  readonly until: number | null;
}

const BATCH = 500;
/** Narrower than this a window is paged through, ms. */
const NARROWEST_MS = 1_000;

/**
 * Runs that ended executions, closed at or after `from` (ms since the epoch). Visibility gives the last closed first, so a
 * long backlog is taken in windows of time: the oldest, which Temporal forgets first, come first.
 */
export async function* closedRuns(runs: Pick<Runs, 'list'>, from: number, now: number): AsyncGenerator<ClosedRuns> {
  let lower = from;
  let width: number | null = null;
  for (;;) {
    let upper: number | null = width === null || lower + width >= now ? null : lower + width;
    let page = await runs.list(closedQuery(lower, upper), { size: BATCH, cursor: null });
    while (page.cursor !== null && (upper ?? now) - lower > NARROWEST_MS) {
      upper = lower + Math.floor(((upper ?? now) - lower) / 2);
      page = await runs.list(closedQuery(lower, upper), { size: BATCH, cursor: null });
    }
    const items = [...page.items];
    while (page.cursor !== null) {
      page = await runs.list(closedQuery(lower, upper), { size: BATCH, cursor: page.cursor });
      items.push(...page.items);
    }
    items.sort((a, b) => closedAt(a) - closedAt(b));
    yield { items, until: upper };
    if (upper === null) return;
    width = (upper - lower) * 2;
    lower = upper;
  }
}

export const closedAt = (run: RunSummary): number => run.endedAt?.getTime() ?? 0;

/** Only executions of flows have a version; a run that was continued is not an execution's end. */
const closedQuery = (lower: number, upper: number | null): string =>
  [
    'WeirVersion IS NOT NULL',
    "ExecutionStatus != 'Running'",
    "ExecutionStatus != 'ContinuedAsNew'",
    `CloseTime >= '${new Date(lower).toISOString()}'`,
    ...(upper === null ? [] : [`CloseTime < '${new Date(upper).toISOString()}'`]),
  ].join(' AND ');
