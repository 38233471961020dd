import {
  ActivityCancellationType,
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
  startChild,
  upsertSearchAttributes,
  uuid4,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ActionRequest, EngineActivities, SlotRequest } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import { type RunFlowInput, SIGNALS } from '../contract.ts';
import { CancelledError, type CancelToken } from '../interpreter/cancel.ts';
import { childInput } from '../interpreter/child-input.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import type { CallOptions, ChildHandle, ChildRequest, Port } from '../interpreter/port.ts';
import type { TraceEvent } from '../interpreter/trace.ts';
import { historyMark } from './history-mark.ts';
import { searchAttributesOf, STATUS_KEY } from './search-attributes.ts';
import { SlotClient } from './slot-client.ts';
import { fromTemporal } from './from-temporal.ts';

/** A covered call is noticed to be lost after this long without a heartbeat (beaten every 0.7 s), an uncovered one is given more. */
const HEARTBEAT_MS = { covered: 2_000, uncovered: 10_000 } as const;
/** The activity bounds its attempt itself; Temporal's own limit is only for workers that can't. */
const GRACE_MS = 5_000;
const LOST = ['TemporalTimeout:Heartbeat'];
const LOST_OR_LATE = ['TemporalTimeout:Heartbeat', 'TemporalTimeout:StartToClose'];
const ENGINE_CALL = { startToCloseTimeout: 30_000, retry: { initialInterval: 500, maximumInterval: 10_000 } } as const;

type Activity = (argument: unknown) => Promise<unknown>;

/** The port in Temporal's sandbox: calls are activities, sleeps are timers, sub-flows are child workflows. */
export class TemporalPort implements Port {
  readonly #input: RunFlowInput;
  readonly slot: SlotClient;

  constructor(input: RunFlowInput) {
    this.#input = input;
    this.slot = new SlotClient(input);
  }

  now(): number {
    return Date.now(); // workflow time in the sandbox
  }
  newId(): string {
    return uuid4();
  }

  async callAction(request: ActionRequest, options: CallOptions, cancel: CancelToken): Promise<Json> {
    const { retry } = request;
    const policy = {
      initialInterval: Math.max(1, retry.initialMs),
      backoffCoefficient: retry.backoff === 'exponential' ? Math.max(1, retry.factor) : 1,
      maximumInterval: Math.max(1, retry.initialMs, retry.maxIntervalMs),
      maximumAttempts: Math.max(1, retry.attempts - request.attemptOffset),
      nonRetryableErrorTypes: request.covered ? LOST : LOST_OR_LATE,
    };
    const type = `${request.adapter}.${request.action}`;
    const activities = options.local
      ? proxyLocalActivities<Record<string, Activity>>({
          startToCloseTimeout: request.attemptTimeoutMs + GRACE_MS,
          retry: policy,
          summary: request.step,
          cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        }) // its marker's only name
      : proxyActivities<Record<string, Activity>>({
          activityId: request.step,
          startToCloseTimeout: request.attemptTimeoutMs + GRACE_MS,
          heartbeatTimeout: request.covered ? HEARTBEAT_MS.covered : HEARTBEAT_MS.uncovered,
          retry: policy,
          summary: options.summary,
          cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        });
    return (await this.#within(cancel, () => activityOf(activities, type)(request), request)) as Json;
  }

  async sleep(key: string, ms: number, cancel: CancelToken): Promise<void> {
    await this.#within(cancel, () => sleep(Math.max(1, Math.ceil(ms)), { summary: key }));
  }

  async startChild(request: ChildRequest, cancel: CancelToken): Promise<ChildHandle> {
    const parent = workflowInfo().workflowId;
    const workflowId = `${parent}~${request.step}~${request.generation}`;
    const scope = new CancellationScope();
    const stop = request.wait ? cancel.onCancel(() => scope.cancel()) : () => undefined;
    const input = childInput({ request, parent: { input: this.#input, executionId: parent }, now: Date.now() });
    cancel.throwIfCancelled();
    const handle = await scope
      .run(() =>
        startChild(request.flow.name, {
          workflowId,
          args: [input],
          parentClosePolicy: request.wait ? ParentClosePolicy.TERMINATE : ParentClosePolicy.ABANDON,
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          typedSearchAttributes: searchAttributesOf(input),
          staticSummary: `${request.flow.name} ${request.flow.version}`,
        }),
      )
      .catch((error: unknown) => {
        stop();
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw fromTemporal(error, { step: request.step });
        if (!request.wait) return null; // its block is tried again: it was started the first time
        throw new FlowError({
          code: 'already_running',
          message: `the sub-flow ${workflowId} runs already`,
          step: request.step,
          retryable: true,
        });
      });
    if (handle === null)
      return { executionId: workflowId, result: new Promise(() => undefined), signal: () => undefined };
    const result = scope
      .run(() => handle.result())
      .then(
        (output) => output as Json,
        (error: unknown) => {
          throw cancel.cancelled && request.wait
            ? new CancelledError('cancelled')
            : fromTemporal(error, { step: request.step });
        },
      )
      .finally(stop);
    const signal = (what: 'pause' | 'resume'): void => void handle.signal(SIGNALS[what]).catch(() => undefined);
    return { executionId: workflowId, result, signal };
  }

  async emit(
    event: Parameters<EngineActivities['weir.emit']>[0],
    step: string,
    cancel: CancelToken,
  ): Promise<{ id: string }> {
    return (await this.#engineCall('weir.emit', event, step, cancel)) as { id: string };
  }
  async resolveFlow(ref: string, step: string, cancel: CancelToken): ReturnType<Port['resolveFlow']> {
    return (await this.#engineCall(
      'weir.resolve_flow',
      { ref, environment: this.#input.environment },
      step,
      cancel,
    )) as Awaited<ReturnType<Port['resolveFlow']>>;
  }
  async checkInput(
    request: Parameters<EngineActivities['weir.check_input']>[0],
    step: string,
    cancel: CancelToken,
  ): Promise<Json> {
    return (await this.#engineCall('weir.check_input', request, step, cancel)) as Json;
  }
  acquireSlot(
    request: { key: string } & Omit<SlotRequest, 'holder' | 'coordinator'>,
    cancel: CancelToken,
  ): Promise<void> {
    return this.slot.acquire(request, cancel, (slot) => this.#engineCall('weir.request_slot', slot, 'flow', cancel));
  }
  releaseSlot(): Promise<void> {
    return this.slot.release();
  }

  historyIsLong(): 'no' | 'advised' | 'must' | 'critical' {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    return historyMark({ events: historyLength, bytes: historySize, advised: continueAsNewSuggested });
  }
  /** In the sandbox only the Web UI's current details listen; the history port tells the rest from the history. */
  trace(event: TraceEvent): void {
    if (event.type === 'step.started') setCurrentDetails(`**running** \`${event.step}\``);
  }
  show(status: string, details: string): void {
    upsertSearchAttributes([{ key: STATUS_KEY, value: status }]);
    setCurrentDetails(details === '' ? `**${status}**` : `**${status}**\n\n${details}`);
  }

  #engineCall(type: keyof EngineActivities, argument: unknown, step: string, cancel: CancelToken): Promise<unknown> {
    const activities = proxyActivities<Record<string, Activity>>({ ...ENGINE_CALL, activityId: `${step} ${type}` });
    return this.#within(cancel, () => activityOf(activities, type)(argument), { step });
  }

  /** Runs in a scope that the token cancels; gives FlowError or CancelledError for what goes wrong. */
  async #within<T>(
    cancel: CancelToken,
    run: () => Promise<T>,
    place: { step?: string; adapter?: string; action?: string } = {},
  ): Promise<T> {
    cancel.throwIfCancelled();
    const scope = new CancellationScope();
    const stop = cancel.onCancel(() => scope.cancel());
    try {
      return await scope.run(run);
    } catch (error) {
      throw cancel.cancelled && !(fromTemporal(error, place) instanceof FlowError)
        ? new CancelledError('cancelled')
        : fromTemporal(error, place);
    } finally {
      stop();
    }
  }
}

function activityOf(activities: Record<string, Activity>, type: string): Activity {
  const activity = activities[type];
  if (activity === undefined) throw new Error(`no activity ${type}`); // a proxy has them all
  return activity;
}
