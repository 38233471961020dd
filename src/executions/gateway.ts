import type { VerifiedCallback } from '../activities/callback-token.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { Archive } from '../archive/archive.ts';
import type { ResolveVersion } from '../deployments/deployments.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import type { EventMessage, RollbackMessage } from '../workflows/contract.ts';
import { type CompletedCallback, completeCallback } from './complete-callback.ts';
import { executionView } from './execution-view.ts';
import { rerun, type RerunRequest, type RerunStarted, rollBack } from './go-back.ts';
import type { TracedEvent } from './history.ts';
import { type ExecutionFilter, type ExecutionPage, listExecutions } from './list-executions.ts';
import type { ExecutionReader } from './read-execution.ts';
import type { Runs } from './runs.ts';
import { type Decided, decideApproval, type Decision, type DeliveredEvent, signalExecution } from './send-message.ts';
import { startExecution, type StartedExecution, type StartRequest } from './start-execution.ts';
import { stateAtStep, type StateView } from './state-at-step.ts';
import { steerExecution, type Steered, type SteerOperation } from './steer-execution.ts';
import { isOver, streamEvents } from './stream.ts';
import type { RequestSlot } from './take-slot.ts';
import type { ExecutionView } from './view.ts';
import { isUntaken } from './why-waiting.ts';

/** Starts, steers and reads executions: all that the API does with Temporal. Every method throws Problems; see the functions behind it. */
export interface ExecutionGateway {
  start(request: StartRequest): Promise<StartedExecution>;
  get(executionId: string): Promise<ExecutionView>;
  /** The execution once it has ended; null when it has not within `ms`. */
  whenEnded(executionId: string, ms: number): Promise<ExecutionView | null>;
  list(
    filter: ExecutionFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<ExecutionPage>;
  state(executionId: string, step: string, when: 'at' | 'before'): Promise<StateView>;
  /** Null when there is nothing after `after` and never will be. */
  events(request: {
    readonly executionId: string;
    readonly after: string | null;
    readonly signal: AbortSignal;
  }): Promise<AsyncGenerator<TracedEvent> | null>;
  steer(executionId: string, operation: SteerOperation): Promise<Steered>;
  signal(executionId: string, event: Omit<EventMessage, 'id'> & { readonly id?: string }): Promise<DeliveredEvent>;
  decide(executionId: string, step: string, decision: Decision): Promise<Decided>;
  callback(token: string, payload: Json): Promise<CompletedCallback>;
  rollBack(executionId: string, request: RollbackMessage): Promise<StartedExecution>;
  rerun(executionId: string, request: RerunRequest): Promise<RerunStarted>;
  /** Name of the execution's flow; null for an unknown execution. */
  flowOf(executionId: string): Promise<string | null>;
  ping(): Promise<void>;
}

export interface GatewayDeps {
  /** With an `archive`: those of archivedRuns, for the reader too. */
  readonly runs: Runs;
  readonly flows: Pick<FlowStore, 'get'>;
  /** Reads executions; may be shared by gateways of the same organisation, as it keeps what it has read. */
  readonly reader: ExecutionReader;
  /** Executions that Temporal has forgotten. Default: what it has forgotten is gone. */
  readonly archive?: Archive;
  readonly verifyCallback: (token: string, now: number) => VerifiedCallback;
  readonly adapters: () => Promise<ReadonlyMap<string, AdapterManifest>>;
  /** Asks the coordinator of a concurrency key (activities/slots). */
  readonly requestSlot: RequestSlot;
  /** Left out where there is one organisation. */
  readonly organisation?: string;
  /** Chooses versions by what is deployed. Default: the latest that fits. */
  readonly resolve?: ResolveVersion;
  /** Where a start without an environment runs. Default `default`. */
  readonly defaultEnvironment?: string;
  /** `$config` of an environment. Default: empty. */
  readonly config?: (environment: string) => Promise<JsonObject>;
  /** ms since the epoch. Default: the clock. */
  readonly now?: () => number;
}

export function createGateway(options: GatewayDeps): ExecutionGateway {
  const {
    runs,
    flows,
    reader,
    archive,
    adapters,
    verifyCallback,
    requestSlot,
    config = async () => ({}),
    now = Date.now,
    organisation,
    resolve,
    defaultEnvironment,
  } = options;
  const deps = {
    runs,
    flows,
    reader,
    config,
    now,
    requestSlot,
    ...(organisation !== undefined && { organisation }),
    ...(resolve !== undefined && { resolve }),
    ...(defaultEnvironment !== undefined && { defaultEnvironment }),
  };
  const get = async (executionId: string): Promise<ExecutionView> => {
    const described = archive === undefined ? null : await runs.describe(executionId);
    const archived = described?.archived === true ? await archive?.find(executionId) : null;
    if (archived != null) return archived.view;
    const loaded = await reader.load(executionId, described ?? undefined);
    return executionView(loaded, isUntaken(loaded.description, now()) ? await runs.queue() : null);
  };
  return {
    start: (request) => startExecution(deps, request),
    get,
    whenEnded: async (executionId, ms) => ((await runs.ended(executionId, ms)) ? get(executionId) : null),
    list: (filter, page) => listExecutions({ runs, archive }, filter, { ...page, now: now() }),
    state: async (executionId, step, when) => stateAtStep((await reader.load(executionId)).reader, step, when),
    async events({ executionId, after, signal }) {
      const loaded = await reader.load(executionId);
      return after !== null && isOver(loaded, after)
        ? null
        : streamEvents({ runs, reader }, { executionId, after, signal });
    },
    steer: (executionId, operation) => steerExecution(runs, executionId, operation),
    signal: (executionId, event) => signalExecution(runs, executionId, event),
    decide: (executionId, step, decision) => decideApproval(runs, executionId, step, decision),
    callback: (token, payload) =>
      completeCallback({ runs, reader, adapters, verify: (text) => verifyCallback(text, now()) }, token, payload),
    rollBack: (executionId, request) => rollBack(deps, executionId, request),
    rerun: (executionId, request) => rerun(deps, executionId, request),
    flowOf: async (executionId) => (await runs.describe(executionId))?.flow ?? null,
    ping: () => runs.ping(),
  };
}
