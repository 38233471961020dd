import { Client, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/create-activities.ts';
import type { ErrorInfo } from '../../src/activities/contract.ts';
import { slotActivities } from '../../src/activities/slots.ts';
import { createSecretsResolver } from '../../src/activities/secrets/secrets.ts';
import type { HistoryEvent, HistoryReader } from '../../src/executions/history.ts';
import type { FlowIr } from '../../src/dsl/ir/flow.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { createWorker } from '../../src/worker/create-worker.ts';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import {
  type ExecutionStatus,
  type RunFlowInput,
  SIGNALS,
  TIMED_OUT_TYPE,
  UPDATES,
} from '../../src/workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../../src/workflows/interpreter/behaviours.ts';
import { createHistoryReader } from '../../src/workflows/host/history-reader.ts';
import type { ScriptedEvent } from '../../src/workflows/host/run-virtual.ts';
import { searchAttributesOf } from '../../src/workflows/runtime/search-attributes.ts';
import type { LoadedCase } from './corpus.ts';
import { demoAdapter, spareAdapter } from './demo-adapter.ts';

export interface Outcome {
  readonly status: ExecutionStatus;
  readonly output: Json | null;
  readonly error: ErrorInfo | null;
}

/** A worker with the demo adapter, and a client beside it, on a task queue of their own. */
export class TemporalWiring {
  readonly client: Client;
  readonly #connection: NativeConnection;
  readonly #worker: Worker;
  /** What computed `flow` steps find, by name. */
  readonly #flows: Map<string, FlowIr>;
  readonly #running: Promise<void>;
  readonly #taskQueue: string;

  static async start(
    address: string,
    options: {
      taskQueue: string;
      adapters?: readonly (typeof demoAdapter)[];
      workerOptions?: { maxCachedWorkflows?: number };
    },
  ): Promise<TemporalWiring> {
    installRuntime(() => undefined);
    const connection = await NativeConnection.connect({ address });
    const client = new Client({ connection });
    const adapters = new Map(
      [demoAdapter, spareAdapter, ...(options.adapters ?? [])].map((adapter) => [adapter.manifest.name, adapter]),
    );
    const flows = new Map<string, FlowIr>();
    const activities = {
      ...createActivities({
        registry: { find: async (name) => adapters.get(name) },
        secrets: createSecretsResolver([]),
        callbackUrls: (claim) => `http://127.0.0.1/callbacks/${claim.nonce}`,
        log: () => undefined,
      }),
      ...slotActivities(client, options.taskQueue),
      'weir.emit': async (event: { id: string }) => ({ id: event.id }),
      'weir.resolve_flow': async ({ ref }: { ref: string }) => {
        const flow = flows.get(ref);
        if (flow === undefined)
          throw ApplicationFailure.nonRetryable(`there is no flow ${ref}`, 'flow_not_found', {
            code: 'flow_not_found',
            message: `there is no flow ${ref}`,
            retryable: false,
          });
        return { ref, flows: Object.fromEntries(flows) };
      },
      'weir.check_input': async ({ input }: { input: Json }) => input,
    };
    const worker = await createWorker({
      connection,
      activities,
      taskQueue: options.taskQueue,
      drainMs: 100,
      ...options.workerOptions,
    });
    return new TemporalWiring({ client, connection, worker, flows, taskQueue: options.taskQueue });
  }
  private constructor(parts: {
    client: Client;
    connection: NativeConnection;
    worker: Worker;
    flows: Map<string, FlowIr>;
    taskQueue: string;
  }) {
    this.client = parts.client;
    this.#connection = parts.connection;
    this.#worker = parts.worker;
    this.#flows = parts.flows;
    this.#taskQueue = parts.taskQueue;
    this.#running = parts.worker.run();
  }

  async stop(): Promise<void> {
    this.#worker.shutdown();
    await this.#running;
    await this.#connection.close();
  }

  async startCase(
    one: Pick<LoadedCase, 'flow' | 'flows' | 'input' | 'config'>,
    workflowId: string,
    more: Partial<RunFlowInput> = {},
  ): Promise<WorkflowHandle> {
    for (const [ref, flow] of Object.entries(one.flows)) this.#flows.set(ref, flow);
    const input: RunFlowInput = {
      format: 1,
      behaviour: CURRENT_BEHAVIOUR,
      flow: one.flow,
      flows: one.flows,
      input: one.input ?? {},
      environment: 'test',
      config: one.config ?? {},
      tags: [],
      trigger: {
        type: 'manual',
        source: 'test',
        id: workflowId,
        time: new Date().toISOString(),
        data: one.input ?? {},
        headers: {},
      },
      ...more,
    };
    return this.client.workflow.start(one.flow.name, {
      workflowId,
      taskQueue: this.#taskQueue,
      args: [input],
      workflowTaskTimeout: '2s',
      typedSearchAttributes: searchAttributesOf(input),
    });
  }

  /** Runs a case to its end and reads its histories back. */
  async run(
    one: LoadedCase,
    workflowId: string,
  ): Promise<{ outcome: Outcome; reader: HistoryReader; histories: readonly (readonly HistoryEvent[])[] }> {
    const handle = await this.startCase(one, workflowId);
    const script = Promise.all((one.script ?? []).map((event) => this.#apply(handle, event)));
    const outcome = await outcomeOf(handle);
    await script;
    const { reader, histories } = await this.read(workflowId, handle);
    return { outcome, reader, histories };
  }

  /** The histories of all runs of an execution, oldest first, and what they read as. */
  async read(
    workflowId: string,
    first: WorkflowHandle,
  ): Promise<{ reader: HistoryReader; histories: readonly (readonly HistoryEvent[])[] }> {
    const reader = createHistoryReader(workflowId);
    const histories: HistoryEvent[][] = [];
    for (
      let runId: string | undefined = (first as { firstExecutionRunId?: string }).firstExecutionRunId;
      runId !== undefined;
    ) {
      const history = await this.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const events = history.events ?? [];
      await reader.push(histories.length, events);
      histories.push(events);
      runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
    }
    return { reader, histories };
  }

  async #apply(handle: WorkflowHandle, event: ScriptedEvent): Promise<void> {
    await new Promise((resolve) => {
      setTimeout(resolve, event.at);
    });
    const { kind, ...message } = event.do;
    const target = this.client.workflow.getHandle(handle.workflowId);
    if (kind === 'cancel') return void (await target.cancel());
    if (kind === 'pause' || kind === 'resume') return void (await target.signal(SIGNALS[kind]));
    const update = { event: UPDATES.event, callback: UPDATES.callback, decision: UPDATES.decide }[kind];
    const nonce = kind === 'callback' ? { nonce: await this.#nonceOf(target, (message as { step: string }).step) } : {};
    await target.executeUpdate(update, { args: [{ ...message, ...nonce }] });
  }
  async #nonceOf(target: WorkflowHandle, step: string): Promise<string> {
    const reader = createHistoryReader(target.workflowId);
    await reader.push(0, (await target.fetchHistory()).events ?? []);
    const entry = reader.memo().steps[step];
    const fallback = entry?.open?.['target'];
    return `${entry?.start ?? ''}${fallback === undefined ? '' : `.${String(fallback)}`}`;
  }
}

export async function outcomeOf(handle: WorkflowHandle): Promise<Outcome> {
  try {
    return { status: 'completed', output: (await handle.result()) as Json, error: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof CancelledFailure) return { status: 'cancelled', output: null, error: null };
    if (!(error.cause instanceof ApplicationFailure)) return { status: 'terminated', output: null, error: null };
    return {
      status: error.cause.type === TIMED_OUT_TYPE ? 'timed_out' : 'failed',
      output: null,
      error: error.cause.details?.[0] as ErrorInfo,
    };
  }
}
