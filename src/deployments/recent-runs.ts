import { visibilityQuery } from '../executions/visibility-query.ts';
import type { Runs, RunSummary } from '../executions/runs.ts';
import type { RecentRuns } from './outcomes.ts';

/** Runs looked at, at most: Temporal gives them page by page. */
export const MAX_RECENT = 5_000;
const PAGE = 1_000;
/** What closed just before the sweeper's mark may show in Temporal later than that; what is archived already is not counted twice. */
const OVERLAP_MS = 60_000;

export interface RecentRunsOptions {
  /** What closed before is archived, ms since the epoch: the sweeper's position. Default: nothing is. */
  readonly archivedUntil?: () => Promise<number>;
}

/**
 * Runs of a flow that the archive does not have yet: those that run, and those that ended since the sweeper came by; at most 5,000,
 * the running first. `runs`: of one organisation, and not those of the archive. Throws temporal_unavailable, store_unavailable.
 */
export function recentRuns(
  runs: Pick<Runs, 'list'>,
  { archivedUntil = async () => 0 }: RecentRunsOptions = {},
): RecentRuns {
  return async (flow, since) => {
    const from = new Date(Math.max(0, (await archivedUntil()) - OVERLAP_MS)).toISOString();
    const query = `${visibilityQuery({ flow, ...(since !== null && { since }) })} AND (ExecutionStatus = 'Running' OR CloseTime >= '${from}')`;
    const found: RunSummary[] = [];
    let cursor: Uint8Array | null = null;
    do {
      const page: Awaited<ReturnType<Runs['list']>> = await runs.list(query, { size: PAGE, cursor });
      found.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null && found.length < MAX_RECENT);
    return found.slice(0, MAX_RECENT);
  };
}
