import { ActivityCancellationType, proxyLocalActivities } from '@temporalio/workflow';
import type { ActionRequest } from '../../src/activities/contract.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { type HandInput, request } from './request.ts';

/** As hand_calls, with local activities. */
export async function hand_local_calls(input: HandInput): Promise<Json> {
  let last: Json = null;
  for (let index = 0; index < input.calls; index++) {
    const argument = { ...request(input, index), attemptTimeoutMs: 1_000 };
    const activities = proxyLocalActivities<Record<string, (request: ActionRequest) => Promise<Json>>>({
      startToCloseTimeout: 6_000,
      retry: {
        initialInterval: 1_000,
        backoffCoefficient: 2,
        maximumInterval: 60_000,
        maximumAttempts: 3,
        nonRetryableErrorTypes: ['TemporalTimeout:Heartbeat'],
      },
      summary: argument.step,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
    last = (await activities[`${input.adapter}.${input.action}`]?.(argument)) ?? null;
  }
  return last;
}
