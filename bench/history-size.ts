import type { WorkflowClient } from '@temporalio/client';

export interface RunSize {
  readonly runId: string;
  readonly events: number;
  readonly bytes: number;
}

/** Size of every run of an ended workflow, oldest first: continue-as-new leads from one to the next. */
export async function runsOf(client: WorkflowClient, workflowId: string): Promise<readonly RunSize[]> {
  const sizes: RunSize[] = [];
  let runId = (await client.getHandle(workflowId).describe()).raw.workflowExecutionInfo?.firstRunId ?? undefined;
  while (runId !== undefined && runId !== '') {
    const { raw } = await client.getHandle(workflowId, runId).describe();
    const info = raw.workflowExecutionInfo;
    sizes.push({
      runId,
      events: Number(info?.historyLength ?? Number.NaN),
      bytes: Number(info?.historySizeBytes ?? Number.NaN),
    });
    const { events } = await client.getHandle(workflowId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return sizes;
}
