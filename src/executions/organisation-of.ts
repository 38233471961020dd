import type { Runs } from './runs.ts';

/** Executions whose organisation is remembered: it never changes. */
const MAX_KNOWN = 5_000;

/**
 * The organisation of an execution, for activities: they are given what a step needs and not whose it is. Asks Temporal once an
 * execution; one that is unknown, or has none, belongs to `default`.
 */
export function createOrganisationOf(runs: Pick<Runs, 'describe'>): (executionId: string) => Promise<string> {
  const known = new Map<string, string>();
  return async (executionId) => {
    const found = known.get(executionId);
    if (found !== undefined) return found;
    const organisation = (await runs.describe(executionId))?.organisation ?? 'default';
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(executionId, organisation);
    return organisation;
  };
}
