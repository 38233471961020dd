import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Json } from '../dsl/ir/json.ts';
import type { ActionRequest } from './contract.ts';
import { type ActivityDeps, runAction } from './run-action.ts';

/**
 * The generic activity behind every `adapter.action`, registered as `default` so that each call shows in Temporal under
 * its own name. To be merged with the engine's activities.
 */
export function createActivities(deps: ActivityDeps): { default: (request: ActionRequest) => Promise<Json> } {
  return {
    default: (request) => {
      const context = Context.current();
      const { activityType } = context.info;
      if (activityType.startsWith(ENGINE)) {
        // An older worker beside newer ones: Temporal tries again until one takes it that has it.
        throw ApplicationFailure.retryable(
          `This worker does not have the activity ${activityType}.`,
          'activity_missing',
        );
      }
      return runAction(request, deps, {
        attempt: context.info.attempt,
        cancellation: context.cancellationSignal,
        ...(!context.info.isLocal && {
          heartbeat: () => context.heartbeat({ attempt: context.info.attempt + request.attemptOffset }),
        }),
      });
    },
  };
}

/** Types of activities that are not adapter actions. */
const ENGINE = 'weir.';
