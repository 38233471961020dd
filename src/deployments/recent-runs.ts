import { visibilityQuery } from '../executions/visibility-query.ts';
import type { Runs } from '../executions/runs.ts';
import type { RecentRuns } from './outcomes.ts';

/** Runs looked at, at most: Temporal gives them page by page. */
export const MAX_RECENT = 5_000;
const PAGE = 1_000;

/**
 * What Temporal lists of a flow, the running first and then the last that ended, at most 5,000: those that ended long ago are in
 * the archive. `runs`: of one organisation, and not those of the archive. Throws temporal_unavailable.
 */
export function recentRuns(runs: Pick<Runs, 'list'>): RecentRuns {
  return async (flow, since) => {
    const query = visibilityQuery({ flow, ...(since !== null && { since }) });
    const found = [];
    let cursor: Uint8Array | null = null;
    do {
      const page = await runs.list(query, { size: PAGE, cursor });
      found.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null && found.length < MAX_RECENT);
    return found.slice(0, MAX_RECENT);
  };
}
