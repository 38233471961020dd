import proto, { type temporal } from '@temporalio/proto';
import type { Json } from '../../dsl/ir/json.ts';
import type { HistoryEvent } from '../../executions/history.ts';
import {
  type CallbackMessage,
  type DecisionMessage,
  type ErrorInfo,
  type EventMessage,
  type RollbackMessage,
  type RunFlowInput,
  SIGNALS,
  UPDATES,
} from '../contract.ts';
import { CancelledError } from '../interpreter/cancel.ts';
import { Execution } from '../interpreter/execution.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { Journal } from '../interpreter/journal.ts';
import type { Memo } from '../interpreter/memo.ts';
import type { TraceEvent } from '../interpreter/trace.ts';
import { fromCause } from '../runtime/from-temporal.ts';
import { timeOf } from './event-time.ts';
import { HistoryPort } from './history-port.ts';
import { type Failure, first, summaryOf, toError } from './read-payloads.ts';
import { settle } from './settle.ts';
import { TASK_COMMANDS } from './task-commands.ts';

const TYPE = proto.temporal.api.enums.v1.EventType;
export interface Attempts {
  readonly attempts: number;
  readonly lastFailure?: ErrorInfo;
}

/**
 * Replays one run as Temporal's own workers would: what arrived since the last workflow task is applied at once when
 * the next completed one started, at that time; messages first. Tasks that failed or timed out count for nothing.
 */
export class RunReplay {
  readonly #create: () => Execution;
  readonly #before: Memo;
  #execution: Execution | null = null;
  readonly #port: HistoryPort;
  readonly #attempts: Map<string, Attempts>;
  readonly #tell: (event: TraceEvent) => void;
  /** Events not applied yet. */
  #queue: HistoryEvent[] = [];
  /** Scheduled, started or initiated event id → activity id, timer key or child's workflow id. */
  readonly #names = new Map<string, string>();
  readonly #waits = new Set<string>();
  paused = false;

  constructor(options: {
    input: RunFlowInput;
    executionId: string;
    trace: (event: TraceEvent) => void;
    attempts: Map<string, Attempts>;
  }) {
    this.#attempts = options.attempts;
    this.paused = options.input.memo?.paused ?? false;
    this.#tell = (event) => {
      this.#follow(event);
      options.trace(event);
    };
    this.#port = new HistoryPort({ executionId: options.executionId, trace: this.#tell });
    // Made when the first workflow task is, since it reads the clock; until then it has done what its memo says.
    this.#create = () => new Execution({ input: options.input, executionId: options.executionId, port: this.#port });
    this.#before = options.input.memo ?? new Journal().toMemo();
  }

  get waiting(): boolean {
    return this.#waits.size > 0;
  }
  memo(): Memo {
    return this.#execution?.memo() ?? this.#before;
  }

  async push(events: readonly HistoryEvent[]): Promise<void> {
    this.#queue.push(...events);
    for (;;) {
      const at = this.#nextTask();
      if (at === null) return;
      const before = this.#queue.slice(0, at);
      const started = this.#queue[at];
      let end = at + 2;
      while (TASK_COMMANDS.has(this.#queue[end]?.eventType ?? 0)) end++;
      const commands = this.#queue.slice(at + 2, end);
      this.#queue = this.#queue.slice(end);
      if (started !== undefined) await this.#task(started, before, commands);
    }
  }

  /** Place of the next task's start whose completion is known; those that failed are dropped. */
  #nextTask(): number | null {
    for (let i = 0; i < this.#queue.length; i++) {
      if (this.#queue[i]?.eventType !== TYPE.EVENT_TYPE_WORKFLOW_TASK_STARTED) continue;
      const next = this.#queue[i + 1]?.eventType;
      if (next === undefined) return null;
      if (next === TYPE.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) return i;
    }
    return null;
  }

  async #task(
    started: HistoryEvent,
    before: readonly HistoryEvent[],
    commands: readonly HistoryEvent[],
  ): Promise<void> {
    const attributes = started.workflowTaskStartedEventAttributes;
    this.#port.task = {
      at: timeOf(started),
      events: Number(started.eventId ?? 0),
      bytes: Number(attributes?.historySizeBytes ?? 0),
      advised: attributes?.suggestContinueAsNew ?? false,
    };
    if (this.#execution === null) {
      this.#execution = this.#create();
      this.#execution.run().catch((error: unknown) =>
        this.#tell({
          type: 'execution.failed',
          at: this.#port.now(),
          error: { code: 'internal', message: String(error) },
        }),
      );
    }
    const updates = commands.filter((event) => event.eventType === TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
    const isMessage = (event: HistoryEvent): boolean => event.eventType === TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED;
    for (const event of [...before.filter(isMessage), ...updates, ...before.filter((one) => !isMessage(one))])
      this.#apply(event);
    await settle();
    for (const event of commands) {
      if (event.eventType === TYPE.EVENT_TYPE_MARKER_RECORDED) {
        this.#applyMarker(event);
        await settle();
      } else this.#record(event);
    }
  }

  /** Commands: what the run asked for in this task, now with its id in the history. */
  #record(event: HistoryEvent): void {
    const id = String(event.eventId);
    if (event.activityTaskScheduledEventAttributes) {
      const name = event.activityTaskScheduledEventAttributes.activityId ?? '';
      this.#names.set(id, name);
      const call = this.#port.calls.get(name);
      if (call !== undefined) call.recorded = true;
    } else if (event.timerStartedEventAttributes) {
      this.#names.set(id, summaryOf(event));
    } else if (event.startChildWorkflowExecutionInitiatedEventAttributes) {
      const name = event.startChildWorkflowExecutionInitiatedEventAttributes.workflowId ?? '';
      this.#names.set(id, name);
      const child = this.#port.children.get(name);
      if (child !== undefined) child.recorded = true;
    }
  }

  #apply(event: HistoryEvent): void {
    if (event.activityTaskStartedEventAttributes) return this.#attempt(event.activityTaskStartedEventAttributes);
    if (event.activityTaskCompletedEventAttributes)
      return this.#answerCall(event.activityTaskCompletedEventAttributes.scheduledEventId, {
        result: first(event.activityTaskCompletedEventAttributes.result),
      });
    if (event.activityTaskFailedEventAttributes)
      return this.#answerCall(event.activityTaskFailedEventAttributes.scheduledEventId, {
        failure: event.activityTaskFailedEventAttributes.failure,
      });
    if (event.activityTaskTimedOutEventAttributes)
      return this.#answerCall(event.activityTaskTimedOutEventAttributes.scheduledEventId, {
        failure: event.activityTaskTimedOutEventAttributes.failure,
      });
    if (event.activityTaskCanceledEventAttributes)
      return this.#answerCall(event.activityTaskCanceledEventAttributes.scheduledEventId, 'cancelled');
    if (event.timerFiredEventAttributes)
      return this.#port.timers.get(this.#named(event.timerFiredEventAttributes.startedEventId))?.resolve();
    if (event.workflowExecutionCancelRequestedEventAttributes) return this.#execution?.cancel();
    if (event.workflowExecutionSignaledEventAttributes)
      return this.#signal(event.workflowExecutionSignaledEventAttributes.signalName ?? '');
    if (event.workflowExecutionUpdateAcceptedEventAttributes)
      return this.#update(event.workflowExecutionUpdateAcceptedEventAttributes.acceptedRequest?.input);
    if (event.childWorkflowExecutionStartedEventAttributes)
      return this.#port.children
        .get(event.childWorkflowExecutionStartedEventAttributes.workflowExecution?.workflowId ?? '')
        ?.started.resolve();
    if (event.startChildWorkflowExecutionFailedEventAttributes)
      return this.#notStarted(event.startChildWorkflowExecutionFailedEventAttributes.workflowId ?? '');
    if (event.childWorkflowExecutionCompletedEventAttributes)
      return this.#answerChild(event.childWorkflowExecutionCompletedEventAttributes.initiatedEventId, {
        result: first(event.childWorkflowExecutionCompletedEventAttributes.result),
      });
    if (event.childWorkflowExecutionFailedEventAttributes)
      return this.#answerChild(event.childWorkflowExecutionFailedEventAttributes.initiatedEventId, {
        failure: event.childWorkflowExecutionFailedEventAttributes.failure,
      });
    if (event.childWorkflowExecutionCanceledEventAttributes)
      return this.#answerChild(event.childWorkflowExecutionCanceledEventAttributes.initiatedEventId, {
        failure: { message: 'cancelled', canceledFailureInfo: {} },
      });
    if (event.childWorkflowExecutionTerminatedEventAttributes)
      return this.#answerChild(event.childWorkflowExecutionTerminatedEventAttributes.initiatedEventId, {
        failure: { message: 'terminated', terminatedFailureInfo: {} },
      });
  }

  #attempt(started: temporal.api.history.v1.IActivityTaskStartedEventAttributes): void {
    const id = this.#named(started.scheduledEventId);
    const attempts = Number(started.attempt ?? 1);
    const place = this.#port.calls.get(id)?.place;
    const lastFailure = started.lastFailure
      ? fromCause(toError(started.lastFailure), place ?? {}, { isChild: false }).info
      : undefined;
    this.#attempts.set(id, { attempts, ...(lastFailure && { lastFailure }) });
    if (lastFailure !== undefined && place !== undefined)
      this.#tell({
        type: 'step.retrying',
        at: this.#port.now(),
        step: place.step,
        attempt: attempts,
        error: lastFailure,
      });
  }
  #answerCall(scheduled: unknown, how: { result: Json } | { failure: Failure | null | undefined } | 'cancelled'): void {
    const id = this.#named(scheduled);
    const pending = this.#port.calls.get(id);
    this.#port.calls.delete(id);
    if (pending === undefined) return;
    if (how === 'cancelled') pending.answer.reject(new CancelledError('cancelled'));
    else if ('result' in how) pending.answer.resolve(how.result);
    else pending.answer.reject(fromCause(toError(how.failure), pending.place, { isChild: false }));
  }
  #answerChild(initiated: unknown, how: { result: Json } | { failure: Failure | null | undefined }): void {
    const child = this.#port.children.get(this.#named(initiated));
    if (child === undefined) return;
    if ('result' in how) child.answer.resolve(how.result);
    else {
      const cause = toError(how.failure);
      child.answer.reject(fromCause(cause, { step: child.step }, { isChild: true }));
    }
  }
  /** Temporal refuses to start what runs already; a sub-flow that nobody waits for counts as started. */
  #notStarted(workflowId: string): void {
    const child = this.#port.children.get(workflowId);
    if (child === undefined) return;
    if (child.wait)
      child.started.reject(
        new FlowError({
          code: 'already_running',
          message: `the sub-flow ${workflowId} runs already`,
          step: child.step,
          retryable: true,
        }),
      );
    else child.started.resolve();
  }
  #applyMarker(event: HistoryEvent): void {
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName !== 'core_local_activity') return;
    const step = summaryOf(event);
    const pending = this.#port.locals.get(step);
    this.#port.locals.delete(step);
    if (pending === undefined) return;
    const data = marker.details?.['data']?.payloads?.[0]?.data;
    const attempt = data
      ? Number((JSON.parse(Buffer.from(data).toString('utf8')) as { attempt?: number }).attempt ?? 1)
      : 1;
    this.#attempts.set(pending.place.step, { attempts: attempt });
    if (marker.failure) pending.answer.reject(fromCause(toError(marker.failure), pending.place, { isChild: false }));
    else pending.answer.resolve(first(marker.details?.['result']));
  }

  #signal(name: string): void {
    if (name === SIGNALS.pause) this.#execution?.pause();
    else if (name === SIGNALS.resume) this.#execution?.resume();
    else if (name === SIGNALS.slotGranted) this.#port.granted.resolve();
  }
  #update(input: temporal.api.update.v1.IInput | null | undefined): void {
    const argument = first(input?.args) as unknown; // the message that the gateway sent, accepted by the workflow
    switch (input?.name) {
      case UPDATES.event:
        return void this.#execution?.deliverEvent(argument as EventMessage);
      case UPDATES.callback:
        return void this.#execution?.completeCallback(argument as CallbackMessage);
      case UPDATES.decide:
        return void this.#execution?.decide(argument as DecisionMessage);
      case UPDATES.rollback:
        return void this.#execution?.rollBack(argument as RollbackMessage);
      default:
    }
  }

  #follow(event: TraceEvent): void {
    if (event.type === 'execution.paused') this.paused = true;
    else if (event.type === 'execution.resumed' || event.type === 'execution.cancelling') this.paused = false;
    else if (event.type === 'step.waiting' && (event.on !== 'timer' || (event.until ?? 0) - event.at >= 60_000))
      this.#waits.add(event.step);
    else if ('step' in event && event.type !== 'step.waiting') this.#waits.delete(event.step);
  }
  #named(id: unknown): string {
    return this.#names.get(String(id)) ?? '';
  }
}
