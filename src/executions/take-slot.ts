import type { SlotRequest } from '../activities/contract.ts';
import { Evaluator, ExpressionError, type Lookup } from '../dsl/expressions/index.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import { coordinatorId } from '../workflows/concurrency-contract.ts';
import type { RunFlowInput } from '../workflows/contract.ts';

export type RequestSlot = (request: SlotRequest) => Promise<'granted' | 'queued' | 'rejected'>;

/**
 * For a flow whose `concurrency` says `when_full: reject`, takes a slot before the start, so that the caller learns of a
 * full flow at once (429 concurrency_limit). Gives what the run's input says of it. Flows that queue ask by themselves.
 */
export async function takeSlot(
  requestSlot: RequestSlot,
  executionId: string,
  run: RunFlowInput,
): Promise<Pick<RunFlowInput, 'slotHeld' | 'slotCoordinator'>> {
  const { concurrency, name } = run.flow;
  if (concurrency === null || concurrency.whenFull !== 'reject') return {};
  const lookup = rootsOf(run, executionId);
  const evaluator = new Evaluator();
  try {
    const key = evaluator.resolve(concurrency.key, lookup);
    const coordinator = coordinatorId({
      organisation: run.organisation,
      environment: run.environment,
      flow: name,
      key: typeof key === 'string' ? key : JSON.stringify(key),
    });
    const limit = evaluator.count(concurrency.limit, lookup);
    const answer = await requestSlot({ coordinator, holder: executionId, limit, whenFull: 'reject' });
    if (answer === 'rejected')
      throw new Problem('concurrency_limit', `Flow ${name} runs ${limit} times for this key already.`);
    return { slotHeld: true, slotCoordinator: coordinator };
  } catch (error) {
    // A key that can't be computed fails the execution, with its place, like any other expression.
    if (error instanceof ExpressionError) return {};
    throw error;
  }
}

function rootsOf(run: RunFlowInput, executionId: string): Lookup {
  const roots: JsonObject = {
    input: run.input,
    trigger: { ...run.trigger },
    config: run.config,
    flow: { name: run.flow.name, version: run.flow.version },
    execution: { id: executionId, started_at: run.trigger.time, attempt: 1 },
    now: run.trigger.time,
  };
  return (root) => (Object.hasOwn(roots, root) ? roots[root] : undefined);
}
