import protobuf from '@temporalio/proto';
import type { QueueState } from './runs.ts';

type Request = protobuf.temporal.api.workflowservice.v1.IDescribeTaskQueueRequest;
type Answer = protobuf.temporal.api.workflowservice.v1.IDescribeTaskQueueResponse;
const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = protobuf.temporal.api.enums.v1.TaskQueueType;

/** A worker asks anew at least once a minute; Temporal remembers those that are gone for five. */
const GONE_MS = 70_000;
const FRESH_MS = 2_000;

/** Tells how a task queue stands; asks Temporal every two seconds at most. */
export function createQueueState({
  read,
  namespace,
  taskQueue,
  now = Date.now,
}: {
  readonly read: (request: Request) => Promise<Answer>;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly now?: () => number;
}): () => Promise<QueueState> {
  let last: { readonly at: number; readonly state: Promise<QueueState> } | null = null;
  async function ask(): Promise<QueueState> {
    const answers = await Promise.all(
      [TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY].map((taskQueueType) =>
        read({ namespace, taskQueue: { name: taskQueue }, taskQueueType, reportStats: true }),
      ),
    );
    const workers = answers.map(
      ({ pollers }) =>
        (pollers ?? []).filter(({ lastAccessTime }) => now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < GONE_MS)
          .length,
    );
    return {
      name: taskQueue,
      // A worker polls both; where one of them has none, that work stands still.
      workers: Math.min(...workers),
      backlog: answers.reduce((sum, { stats }) => sum + Number(stats?.approximateBacklogCount ?? 0), 0),
      oldestMs: Math.max(0, ...answers.map(({ stats }) => Number(stats?.approximateBacklogAge?.seconds ?? 0) * 1_000)),
    };
  }
  return () => {
    if (last === null || now() - last.at > FRESH_MS) {
      last = { at: now(), state: ask() };
      last.state.catch(() => {
        last = null;
      });
    }
    return last.state;
  };
}
