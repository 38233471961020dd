// One call as the interpreter makes it, for the activity's test: gives its result, or what its failure looks like from inside.
import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { ActionRequest } from '../contract.ts';

export default async function call(request: ActionRequest, attempts: number) {
  const activities = proxyActivities<Record<string, (request: ActionRequest) => Promise<unknown>>>({
    startToCloseTimeout: '30s',
    heartbeatTimeout: '2s',
    // A long first interval: what makes the test quick is the delay that the activity names.
    retry: { maximumAttempts: attempts, initialInterval: '20s' },
  });
  try {
    const result = await activities[`${request.adapter}.${request.action}`]?.(request);
    return { size: JSON.stringify(result).length, result: JSON.stringify(result).length > 10_000 ? null : result };
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure) return { type: cause.type, info: cause.details?.[0] };
    return { type: cause instanceof TimeoutFailure ? `timeout ${cause.timeoutType}` : String(cause) };
  }
}
