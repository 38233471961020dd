import type { Runs } from '../executions/runs.ts';
import { Problem } from '../problems/problem.ts';
import type { Archive } from './archive.ts';

/**
 * The runs of one organisation, those that Temporal has forgotten among them: what it does not know is looked for in the
 * archive. Reading an execution, its state and its events, re-running it, and the answer to its idempotency key are so the
 * same before and after Temporal's retention. `list` stays Temporal's alone.
 */
export function archivedRuns(runs: Runs, archive: Pick<Archive, 'find' | 'history'>): Runs {
  const describe: Runs['describe'] = async (executionId) =>
    (await runs.describe(executionId)) ?? (await archive.find(executionId))?.description ?? null;
  return {
    ...runs,
    describe,
    history: async (executionId, runId) =>
      (await runs.history(executionId, runId)) ?? (await archive.history(executionId, runId)),
    async ended(executionId, ms) {
      try {
        if (await runs.ended(executionId, ms)) return true;
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'execution_not_found') throw error;
      }
      return (await describe(executionId))?.archived === true;
    },
  };
}
