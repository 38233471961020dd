import type { StartKey } from '../archive/archived-line.ts';
import type { Runs, RunSummary } from './runs.ts';

/** Rows asked for at once. */
const BATCH = 500;
const FIRST_WINDOW_MS = 60_000;

/**
 * Up to `limit` runs that match the filter, newest start first, from after `after`. Temporal's SQL visibility can't order by start (it
 * gives the running first, then by end), so this asks for windows of start time, widening from now back, and sorts
 * each. A result of at most 500 rows takes one query.
 */
export async function pageByStart(
  runs: Pick<Runs, 'list'>,
  query: string,
  { limit, after, now }: { readonly limit: number; readonly after: StartKey | null; readonly now: number },
): Promise<readonly RunSummary[]> {
  const found: RunSummary[] = [];
  // A second ahead: clocks differ. The key's own millisecond is asked for again: Temporal counts finer.
  let upper = after === null ? now + 1_000 : after[0];
  let lower = 0;
  let width = FIRST_WINDOW_MS;
  while (found.length < limit && upper >= 0) {
    const window = `StartTime <= '${iso(upper + 1)}' AND StartTime > '${iso(lower)}'`;
    const { items, cursor } = await runs.list(`${query} AND ${window}`, { size: BATCH, cursor: null });
    if (cursor !== null && items.length >= BATCH && upper - lower > 1) {
      // Too many to sort: a narrower window, first the usual one, then quarters of it.
      if (upper - lower > width) lower = Math.max(0, upper - width);
      else lower = upper - Math.max(1, Math.floor((upper - lower) / 4));
      width = upper - lower;
      continue;
    }
    const known = new Set(found.map((run) => run.runId));
    found.push(
      ...items
        .filter((run) => !known.has(run.runId) && (after === null || compareKeys(keyOf(run), after) > 0))
        .sort((a, b) => compareKeys(keyOf(a), keyOf(b))),
    );
    if (lower === 0) break;
    upper = lower;
    width *= 8;
    lower = Math.max(0, upper - width);
  }
  return found.slice(0, limit);
}

export const keyOf = (run: RunSummary): StartKey => [run.startedAt.getTime(), run.executionId];

/** Below zero: `a` comes first. */
export function compareKeys(a: StartKey, b: StartKey): number {
  if (a[0] !== b[0]) return b[0] - a[0];
  return a[1] === b[1] ? 0 : a[1] > b[1] ? -1 : 1;
}

const iso = (ms: number): string => new Date(ms).toISOString();
