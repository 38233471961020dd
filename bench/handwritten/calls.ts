import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActionRequest } from '../../src/activities/contract.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { type HandInput, request } from './request.ts';

/** Calls one after the other, with the options that Weir gives a covered call. */
export async function hand_calls(input: HandInput): Promise<Json> {
  let last: Json = null;
  for (let index = 0; index < input.calls; index++) {
    const argument = request(input, index);
    const activities = proxyActivities<Record<string, (request: ActionRequest) => Promise<Json>>>({
      activityId: argument.step,
      startToCloseTimeout: 35_000,
      heartbeatTimeout: 2_000,
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
