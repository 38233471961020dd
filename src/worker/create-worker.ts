import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { withLeanWorkflowThreads } from './lean-workflow-threads.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The one task queue: a flow's workflow and its activities run on the same workers. */
export const TASK_QUEUE = 'weir';

export interface CreateWorkerOptions {
  /** Shared with the client where one process holds both: that is what eager start needs. */
  readonly connection: NativeConnection;
  /** By activity type; `default` takes every `adapter.action`. */
  readonly activities: object;
  /** Its payload codecs take large values out to storage; must be the client's too. */
  readonly dataConverter?: DataConverter;
  /** Default `default`. */
  readonly namespace?: string;
  /** Default TASK_QUEUE. */
  readonly taskQueue?: string;
  /** Time that running calls get to end after `shutdown()`, before they are cancelled. Default 10,000 ms. */
  readonly drainMs?: number;
  /** Executions kept in memory, so that only what is new is worked on. Default: what fits in memory; 0: none. */
  readonly maxCachedWorkflows?: number;
  /** Another workflow entry; for tests of the worker itself. */
  readonly workflowsPath?: string;
}

/**
 * A Temporal worker that loses under 5 s when another one dies in mid-call (measured: 3.9 s, worst of 12). That takes, beside
 * the settings here, a 2 s heartbeat time-out (set by the call) and a 2 s workflow task time-out (set at the start).
 */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  const {
    connection,
    activities,
    dataConverter,
    namespace = 'default',
    taskQueue = TASK_QUEUE,
    drainMs = 10_000,
  } = options;
  const bundle = await workflowBundle(
    options.workflowsPath === undefined ? {} : { workflowsPath: options.workflowsPath },
  );
  return withLeanWorkflowThreads(() =>
    Worker.create({
      connection,
      namespace,
      taskQueue,
      activities,
      workflowBundle: bundle,
      ...(dataConverter !== undefined && { dataConverter }),
      ...RECOVERY,
      ...CONCURRENCY,
      shutdownGraceTime: drainMs,
      shutdownForceTime: drainMs + 5_000,
      reuseV8Context: true,
      ...(options.maxCachedWorkflows !== undefined && { maxCachedWorkflows: options.maxCachedWorkflows }),
    }),
  );
}

const RECOVERY = {
  // Heartbeats travel at most a second late, so that a 2 s time-out means what it says.
  maxHeartbeatThrottleInterval: '1s',
  defaultHeartbeatThrottleInterval: '1s',
  // A task for a dead worker's own queue goes to the others after a second, not ten.
  stickyQueueScheduleToStartTimeout: '1s',
} as const satisfies Partial<WorkerOptions>;

const CONCURRENCY = {
  // Calls mostly wait for somebody else: slots are cheap, and a slow provider must not starve the rest.
  maxConcurrentActivityTaskExecutions: 500,
  maxConcurrentLocalActivityExecutions: 500,
  maxConcurrentWorkflowTaskExecutions: 120,
  maxConcurrentActivityTaskPolls: 10,
  maxConcurrentWorkflowTaskPolls: 10,
} as const satisfies Partial<WorkerOptions>;
