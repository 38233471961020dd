import type { WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, type LoadedDataConverter } from '@temporalio/common';
import { decodeTypedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import protobuf from '@temporalio/proto';
import type { ErrorInfo } from '../activities/contract.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/contract.ts';
import type { PendingCall, PendingTask, RunDescription, RunMemo, RunStatus, RunSummary } from './runs.ts';

type RawInfo = protobuf.temporal.api.workflow.v1.IWorkflowExecutionInfo;
type RawTask = protobuf.temporal.api.workflow.v1.IPendingWorkflowTaskInfo;
type RawActivity = protobuf.temporal.api.workflow.v1.IPendingActivityInfo;
type Timestamp = protobuf.google.protobuf.ITimestamp;

const { WorkflowExecutionStatus, PendingActivityState, PendingWorkflowTaskState } = protobuf.temporal.api.enums.v1;

/** Flows' own workflows have a version; coordinators and the like have none. */
export function isExecution(found: WorkflowExecutionDescription): boolean {
  return attributesOf(found.raw.workflowExecutionInfo ?? {}).has(SEARCH_ATTRIBUTES.version);
}

export function summarizeRun(raw: RawInfo): RunSummary {
  const attributes = attributesOf(raw);
  const text = (name: string): string | null => {
    const value = attributes.get(name);
    return typeof value === 'string' ? value : null;
  };
  const tags = attributes.get(SEARCH_ATTRIBUTES.tags);
  return {
    executionId: raw.execution?.workflowId ?? '',
    runId: raw.execution?.runId ?? '',
    flow: raw.type?.name ?? '',
    status: statusOf(raw.status),
    shown: text(SEARCH_ATTRIBUTES.status),
    version: text(SEARCH_ATTRIBUTES.version) ?? '',
    environment: text(SEARCH_ATTRIBUTES.environment) ?? '',
    organisation: text(SEARCH_ATTRIBUTES.organisation),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    startedAt: toDate(raw.startTime) ?? new Date(0),
    endedAt: toDate(raw.closeTime),
  };
}

export async function describeRun(
  found: WorkflowExecutionDescription,
  converter: LoadedDataConverter,
): Promise<RunDescription> {
  const pending = await Promise.all(
    (found.raw.pendingActivities ?? []).map((activity) => pendingCall(activity, converter)),
  );
  return {
    ...summarizeRun(found.raw.workflowExecutionInfo ?? {}),
    events: found.historyLength,
    memo: memoOf(found.memo),
    pending,
    task: pendingTask(found.raw.pendingWorkflowTask),
  };
}

function pendingTask(task: RawTask | null | undefined): PendingTask | null {
  if (task == null) return null;
  return {
    since: toDate(task.scheduledTime),
    started: task.state === PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED,
    attempt: task.attempt ?? 1,
  };
}

function memoOf(memo: Record<string, unknown> | undefined): RunMemo {
  const { request, previous_run, intent } = memo ?? {};
  return {
    ...(typeof request === 'string' && { request }),
    ...(typeof previous_run === 'string' && { previous_run }),
    ...(typeof intent === 'string' && { intent }),
  };
}

async function pendingCall(activity: RawActivity, converter: LoadedDataConverter): Promise<PendingCall> {
  const failure = await decodeOptionalFailureToOptionalError(converter, activity.lastFailure ?? undefined);
  const attempt = activity.attempt ?? 1;
  const scheduled = activity.state === PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
  const nextAttemptAt = toDate(activity.nextAttemptScheduleTime) ?? toDate(activity.scheduledTime);
  return {
    id: activity.activityId ?? '',
    attempt,
    waiting: scheduled && attempt > 1,
    nextAttemptAt,
    lastFailure: failure === undefined ? null : errorInfoOf(failure),
    ...(scheduled &&
      nextAttemptAt !== null &&
      nextAttemptAt.getTime() <= Date.now() && { untakenSince: nextAttemptAt }),
  };
}

/** Our activities put the error as authors see it first into the details. */
function errorInfoOf(failure: Error): ErrorInfo {
  if (failure instanceof ApplicationFailure) {
    const detail: unknown = failure.details?.[0];
    if (detail !== null && typeof detail === 'object' && 'code' in detail && 'message' in detail)
      return detail as ErrorInfo; // its two required fields are there
    return { code: failure.type ?? 'error', message: failure.message };
  }
  return { code: 'adapter_unavailable', message: failure.message };
}

function attributesOf(raw: RawInfo): ReadonlyMap<string, unknown> {
  const pairs = decodeTypedSearchAttributes(raw.searchAttributes?.indexedFields).getAll();
  return new Map(pairs.map(({ key, value }) => [key.name, value]));
}

function statusOf(code: protobuf.temporal.api.enums.v1.WorkflowExecutionStatus | null | undefined): RunStatus {
  switch (code) {
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED:
      return 'completed';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED:
      return 'failed';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED:
      return 'cancelled';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED:
      return 'terminated';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
      return 'timed_out';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
      return 'continued';
    default:
      return 'running';
  }
}

function toDate(at: Timestamp | null | undefined): Date | null {
  return at?.seconds == null ? null : new Date(Number(at.seconds) * 1_000 + Math.floor((at.nanos ?? 0) / 1e6));
}
