import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, type Duration, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import protobuf from '@temporalio/proto';
import type { Json } from '../dsl/ir/json.ts';
import type { RunFlowInput } from '../workflows/contract.ts';
import { searchAttributesOf } from '../workflows/runtime/search-attributes.ts';
import { decodePayloads } from './decode-payloads.ts';
import type { HistoryEvent } from './history.ts';
import { describeRun, isExecution, summarizeRun } from './run-description.ts';
import { createQueueState } from './queue-state.ts';
import type { Runs, StartRun, UpdateAnswer, UpdateRequest } from './runs.ts';
import { isPassing, isNotFound, noWorker, temporalProblem } from './temporal-problem.ts';

export interface TemporalRunsOptions {
  readonly client: Client;
  /** Default `default`. */
  readonly namespace?: string;
  /** Default `weir`. */
  readonly taskQueue?: string;
  /** The client's connection is a NativeConnection that a worker of this process shares: starts skip a round trip. Default false. */
  readonly eagerStart?: boolean;
  /** Time for one call, retries included, ms. Default 8,000. */
  readonly callMs?: number;
  /** Time for a worker to take an update, ms: a busy one may take seconds. Default 10,000. */
  readonly updateMs?: number;
}

/** A lost worker is noticed, and a workflow task given to another one, in this time (architecture.md: recovery under 5 s). */
const WORKFLOW_TASK_TIMEOUT: Duration = '2s';
/** Temporal answers an empty long poll after this long. */
const LONG_POLL_MS = 25_000;
const CLOSE_EVENT = protobuf.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT;

/** Executions on a Temporal server: the workflow id is the execution's id, the workflow type the flow's name. */
export function createTemporalRuns(options: TemporalRunsOptions): Runs {
  const {
    client,
    namespace = 'default',
    taskQueue = 'weir',
    eagerStart = false,
    callMs = 8_000,
    updateMs = 10_000,
  } = options;
  const service = client.workflowService;
  const codecs = client.options.loadedDataConverter.payloadCodecs;
  const payloads = client.options.loadedDataConverter.payloadConverter;

  async function call<T>(run: () => Promise<T>, executionId?: string): Promise<T> {
    try {
      return await bounded(client.withDeadline(Date.now() + callMs, run), callMs + 500);
    } catch (error) {
      throw temporalProblem(error, executionId);
    }
  }
  const handle = (executionId: string) => client.workflow.getHandle(executionId);
  const where = (executionId: string, runId?: string) => ({
    namespace,
    execution: { workflowId: executionId, ...(runId !== undefined && { runId }) },
  });

  async function fetchEvents(
    executionId: string,
    runId: string | undefined,
    pageSize?: number,
  ): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextPageToken: Uint8Array | null = null;
    do {
      const page: protobuf.temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse =
        await service.getWorkflowExecutionHistory({
          ...where(executionId, runId),
          ...(nextPageToken !== null && { nextPageToken }),
          ...(pageSize !== undefined && { maximumPageSize: pageSize }),
        });
      events.push(...(page.history?.events ?? []));
      nextPageToken =
        pageSize === undefined && page.nextPageToken && page.nextPageToken.length > 0 ? page.nextPageToken : null;
    } while (nextPageToken !== null);
    await decodePayloads(events, codecs);
    return events;
  }

  return {
    async start({ executionId, input, memo, again }: StartRun) {
      try {
        await call(() =>
          client.workflow.start(input.flow.name, {
            workflowId: executionId,
            taskQueue,
            args: [input],
            workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
            workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
            workflowIdConflictPolicy: 'FAIL',
            typedSearchAttributes: searchAttributesOf(input),
            memo: { ...memo },
            staticSummary: `${input.flow.name} ${input.flow.version}`.slice(0, 200),
            ...(input.flow.description !== undefined && { staticDetails: input.flow.description.slice(0, 4_000) }),
            ...(eagerStart && { requestEagerStart: true }),
          }),
        );
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists';
        throw error;
      }
    },

    async describe(executionId) {
      try {
        const found = await call(() => handle(executionId).describe(), executionId);
        return isExecution(found) ? await describeRun(found, client.options.loadedDataConverter) : null;
      } catch (error) {
        if (isProblemNotFound(error)) return null;
        throw error;
      }
    },

    async history(executionId, runId) {
      try {
        return await call(() => fetchEvents(executionId, runId), executionId);
      } catch (error) {
        if (isProblemNotFound(error)) return null;
        throw error;
      }
    },

    async waitForEvents(executionId, runId, { cursor, signal }) {
      const poll = () =>
        service.getWorkflowExecutionHistory({
          ...where(executionId, runId),
          waitNewEvent: true,
          ...(cursor !== null && { nextPageToken: cursor }),
        });
      try {
        const page = await client.withAbortSignal(signal, () => client.withDeadline(Date.now() + LONG_POLL_MS, poll));
        const next = page.nextPageToken;
        return { cursor: next && next.length > 0 ? next : null };
      } catch (error) {
        if (signal.aborted) return { cursor };
        throw temporalProblem(error, executionId);
      }
    },

    async input(executionId) {
      const [first] = await call(() => fetchEvents(executionId, undefined, 1), executionId);
      const payload = first?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
      if (payload == null) throw new Error(`the history of ${executionId} does not begin with a start`);
      return payloads.fromPayload<RunFlowInput>(payload); // what `start` sent
    },

    async list(query, { size, cursor }) {
      const page = await call(() =>
        service.listWorkflowExecutions({
          namespace,
          query,
          pageSize: size,
          ...(cursor !== null && { nextPageToken: cursor }),
        }),
      );
      const next = page.nextPageToken;
      return {
        items: (page.executions ?? []).map((raw) => summarizeRun(raw)),
        cursor: next && next.length > 0 ? next : null,
      };
    },

    signal: (executionId, name, argument) =>
      call(() => handle(executionId).signal(name, ...(argument === undefined ? [] : [argument])), executionId),
    async cancel(executionId) {
      await call(() => handle(executionId).cancel(), executionId);
    },
    async terminate(executionId, reason) {
      await call(() => handle(executionId).terminate(reason), executionId);
    },

    async update(request) {
      const until = Date.now() + updateMs;
      for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
        try {
          return await sendUpdate(client, request, until);
        } catch (error) {
          if (isNotFound(error)) return { kind: 'ended' };
          if (!isPassing(error) || Date.now() + pause >= until) throw temporalProblem(error, request.executionId);
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    },

    async ended(executionId, ms) {
      const until = Date.now() + ms;
      let runId: string | undefined;
      let cursor: Uint8Array | null = null;
      while (Date.now() < until) {
        const poll = () =>
          service.getWorkflowExecutionHistory({
            ...where(executionId, runId),
            waitNewEvent: true,
            historyEventFilterType: CLOSE_EVENT,
            ...(cursor !== null && { nextPageToken: cursor }),
          });
        try {
          const page = await client.withDeadline(Math.min(until, Date.now() + LONG_POLL_MS), poll);
          const last = page.history?.events?.at(-1);
          if (last == null) cursor = page.nextPageToken ?? null;
          else if (last.workflowExecutionContinuedAsNewEventAttributes == null) return true;
          else
            [runId, cursor] = [
              last.workflowExecutionContinuedAsNewEventAttributes.newExecutionRunId ?? undefined,
              null,
            ];
        } catch (error) {
          if (Date.now() >= until - 50) return false;
          throw temporalProblem(error, executionId);
        }
      }
      return false;
    },

    queue: createQueueState({
      read: (request) => call(() => service.describeTaskQueue(request)),
      namespace,
      taskQueue,
    }),

    async ping() {
      await call(() => service.getSystemInfo({}));
    },
  };
}

/** One try. Rejects with `no_worker` when it was not answered in time. */
async function sendUpdate(
  client: Client,
  { executionId, name, id, argument }: UpdateRequest,
  until: number,
): Promise<UpdateAnswer> {
  const left = Math.max(1, until - Date.now());
  const abort = AbortSignal.timeout(left);
  try {
    const sent = client.withAbortSignal(abort, () =>
      client.workflow.getHandle(executionId).executeUpdate<Json, [Json]>(name, { args: [argument], updateId: id }),
    );
    return { kind: 'done', result: (await bounded(sent, left + 500)) ?? null };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { cause } = error;
      const code = cause instanceof ApplicationFailure ? (cause.type ?? 'refused') : 'refused';
      // An update that was accepted, and then cut off by the end of the run, was not done.
      if (code === 'AcceptedUpdateCompletedWorkflow') return { kind: 'ended' };
      return { kind: 'refused', code, message: cause?.message ?? error.message };
    }
    throw abort.aborted ? noWorker(error) : error;
  }
}

/** The client's own retries can outlive a deadline. */
async function bounded<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
const noAnswer = (): Error =>
  Object.assign(new Error('no answer in time'), { code: 14, details: 'no answer in time', metadata: {} });

function isProblemNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'execution_not_found';
}
