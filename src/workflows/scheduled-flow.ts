import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { searchAttributesOf } from './runtime/search-attributes.ts';
import type { ScheduledActivities, ScheduledFlow } from './scheduled-contract.ts';

/** Set by Temporal on what a schedule starts: when it was due. */
const DUE = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * What a Temporal Schedule starts: it resolves version and input, and runs the flow as its child. It lasts as long as the flow and
 * ends as it ends, so that the schedule's overlap policy counts the flow; cancelling it cancels the flow, which cleans up.
 */
export async function weirScheduledFlow(request: ScheduledFlow): Promise<void> {
  const { typedSearchAttributes, startTime, runId } = workflowInfo();
  const activities = proxyActivities<ScheduledActivities>({
    startToCloseTimeout: 30_000,
    retry: { initialInterval: 500, maximumInterval: 30_000 },
    summary: request.flow,
  });
  const scheduledAt = (typedSearchAttributes.get(DUE) ?? startTime).toISOString();
  const run = await activities['weir.resolve_scheduled']({ ...request, scheduledAt, run: runId });
  if (run === null) return;
  const { flow } = run.input;
  const child = await startChild(flow.name, {
    workflowId: run.executionId,
    args: [run.input],
    workflowTaskTimeout: '2s',
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.TERMINATE,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    typedSearchAttributes: searchAttributesOf(run.input),
    staticSummary: `${flow.name} ${flow.version}`.slice(0, 200),
  });
  await child.result();
}
