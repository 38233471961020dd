import { Context } from '@temporalio/activity';
import type { CallbackUrls } from '../activities/callback-urls.ts';
import { checkInput } from '../activities/check-input.ts';
import { createActivities } from '../activities/create-activities.ts';
import { createEmit } from '../activities/emit.ts';
import { createResolveFlow } from '../activities/resolve-flow.ts';
import { slotActivities } from '../activities/slots.ts';
import { createPlaceOf, type ExecutionPlace } from '../executions/place-of.ts';
import type { RunningControlPlane } from './control-plane.ts';
import { executionSecrets } from './execution-secrets.ts';
import type { Foundation } from './foundation.ts';

/** Every activity of a worker on the store. Those that need to know whose execution it is ask Temporal, once an execution. */
export function workerActivities(options: {
  readonly foundation: Foundation;
  readonly control: Pick<RunningControlPlane, 'organisation' | 'sinkOf' | 'activities'>;
  readonly callbackUrls: CallbackUrls;
}): object {
  const { foundation, control, callbackUrls } = options;
  const { registry, secretsOf, client, taskQueue, runs } = foundation;
  const placeOf = createPlaceOf(runs);
  // Activities of flows always belong to a workflow.
  const here = (): Promise<ExecutionPlace> => placeOf(Context.current().info.workflowExecution?.workflowId ?? '');
  const ours = async (): Promise<string> => (await here()).organisation;
  const secrets = executionSecrets(ours, secretsOf);
  return {
    ...createActivities({ registry, secrets, callbackUrls }),
    ...slotActivities(client, taskQueue),
    ...control.activities,
    'weir.emit': async (event: Parameters<ReturnType<typeof createEmit>>[0]) => {
      const { organisation, environment } = await here();
      return createEmit(control.sinkOf(organisation), environment)(event);
    },
    'weir.resolve_flow': async (request: Parameters<ReturnType<typeof createResolveFlow>>[0]) =>
      createResolveFlow(control.organisation(await ours()).flows)(request),
    'weir.check_input': checkInput,
  };
}
