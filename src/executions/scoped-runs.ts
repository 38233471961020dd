import { Problem } from '../problems/problem.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/contract.ts';
import { quoted } from './visibility-query.ts';
import type { Runs } from './runs.ts';

/** Executions whose organisation is remembered: it never changes. */
const MAX_KNOWN = 10_000;

/**
 * The runs of one organisation: others' don't exist. Starts are given the organisation, lists are filtered by it, and what is
 * named by id is looked at first. `known`: executions seen to be its own, shared by the requests of an organisation.
 */
export function scopedRuns(runs: Runs, organisation: string, known: Set<string> = new Set()): Runs {
  const own = async (executionId: string): Promise<boolean> =>
    known.has(executionId) || (await describe(executionId)) !== null;
  const describe: Runs['describe'] = async (executionId) => {
    const found = await runs.describe(executionId);
    if (found === null || found.organisation !== organisation) return null;
    remember(executionId);
    return found;
  };
  const check = async (executionId: string): Promise<void> => {
    if (!(await own(executionId))) throw new Problem('execution_not_found', `There is no execution ${executionId}.`);
  };
  function remember(executionId: string): void {
    if (known.size >= MAX_KNOWN) known.clear();
    known.add(executionId);
  }
  return {
    describe,
    async start(request) {
      const outcome = await runs.start({ ...request, input: { ...request.input, organisation } });
      if (outcome === 'started') remember(request.executionId);
      return outcome;
    },
    history: async (executionId, runId) => ((await own(executionId)) ? runs.history(executionId, runId) : null),
    async waitForEvents(executionId, runId, options) {
      await check(executionId);
      return runs.waitForEvents(executionId, runId, options);
    },
    async input(executionId) {
      await check(executionId);
      return runs.input(executionId);
    },
    list: (query, page) =>
      runs.list(`(${query}) AND ${SEARCH_ATTRIBUTES.organisation} = ${quoted(organisation)}`, page),
    async signal(executionId, name, argument) {
      await check(executionId);
      return runs.signal(executionId, name, argument);
    },
    async cancel(executionId) {
      await check(executionId);
      return runs.cancel(executionId);
    },
    async terminate(executionId, reason) {
      await check(executionId);
      return runs.terminate(executionId, reason);
    },
    async update(request) {
      await check(request.executionId);
      return runs.update(request);
    },
    ended: async (executionId, ms) => ((await own(executionId)) ? runs.ended(executionId, ms) : false),
    queue: () => runs.queue(),
    ping: () => runs.ping(),
  };
}
