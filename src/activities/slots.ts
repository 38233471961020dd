import { type Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { ServiceError } from '@temporalio/client';
import { COORDINATOR_TYPE, REQUEST_SLOT } from '../workflows/concurrency-contract.ts';
import type { EngineActivities, SlotRequest } from './contract.ts';

export type SlotAnswer = 'granted' | 'queued' | 'rejected';

/** Asks the coordinator of a concurrency key for a slot, starting it if none runs. Asking again is harmless. */
export async function requestSlot(client: Client, taskQueue: string, request: SlotRequest): Promise<SlotAnswer> {
  const start = new WithStartWorkflowOperation(COORDINATOR_TYPE, {
    workflowId: request.coordinator,
    taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: '2s',
  });
  return client.workflow.executeUpdateWithStart<() => Promise<void>, SlotAnswer, [SlotRequest]>(REQUEST_SLOT, {
    args: [request],
    startWorkflowOperation: start,
  });
}

/** The engine's activities that need Temporal itself. */
export function slotActivities(
  client: Client,
  taskQueue: string,
): Pick<EngineActivities, 'weir.request_slot' | 'weir.still_running'> {
  return {
    'weir.request_slot': (request) => requestSlot(client, taskQueue, request),
    'weir.still_running': async (ids) => {
      const states = await Promise.all(ids.map(async (id) => ((await isRunning(client, id)) ? [id] : [])));
      return states.flat();
    },
  };
}

async function isRunning(client: Client, id: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(id).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (
      error instanceof WorkflowNotFoundError ||
      (error instanceof ServiceError && error.message.includes('not found'))
    )
      return false;
    throw error; // not knowing is not an end: the coordinator looks again
  }
}
