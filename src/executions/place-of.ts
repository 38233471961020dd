import { Problem } from '../problems/problem.ts';
import type { Runs } from './runs.ts';

/** Whose an execution is, and where it runs. */
export interface ExecutionPlace {
  readonly organisation: string;
  readonly environment: string;
}

/** Executions whose place is remembered: it never changes. */
const MAX_KNOWN = 5_000;

/**
 * The organisation and environment of an execution, for activities: they are given what a step needs and not whose it is. Asks Temporal once an
 * execution. One that was started without an organisation belongs to `default`, as in the archive; one that is not there belongs to
 * nobody. Throws execution_not_found, temporal_unavailable: not knowing must not give out what belongs to `default`.
 */
export function createPlaceOf(runs: Pick<Runs, 'describe'>): (executionId: string) => Promise<ExecutionPlace> {
  const known = new Map<string, ExecutionPlace>();
  return async (executionId) => {
    const found = known.get(executionId);
    if (found !== undefined) return found;
    const run = await runs.describe(executionId);
    if (run === null) throw new Problem('execution_not_found', `There is no execution ${executionId}.`);
    const place = { organisation: run.organisation ?? 'default', environment: run.environment };
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(executionId, place);
    return place;
  };
}
