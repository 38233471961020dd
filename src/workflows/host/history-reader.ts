import { DefaultFailureConverter, defaultPayloadConverter, fromPayloadsAtIndex } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { HistoryEvent, HistoryReader, TracedEvent } from '../../executions/history.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { ErrorInfo, ExecutionStatus, RunFlowInput } from '../contract.ts';
import { TIMED_OUT_TYPE } from '../contract.ts';
import type { Memo } from '../interpreter/memo.ts';
import type { TraceEvent } from '../interpreter/trace.ts';
import { timeOf } from './event-time.ts';
import { fromCause } from '../runtime/from-temporal.ts';
import { type Attempts, RunReplay } from './run-replay.ts';

const TYPE = proto.temporal.api.enums.v1.EventType;

/** The read model of an execution: the interpreter over the histories of its runs. Contract: executions/history.ts. */
export function createHistoryReader(executionId: string): HistoryReader {
  return new Reader(executionId);
}

class Reader implements HistoryReader {
  readonly #executionId: string;
  readonly #trace: TracedEvent[] = [];
  readonly #attempts = new Map<string, Attempts>();
  #run = -1;
  #count = 0;
  #replay: RunReplay | null = null;
  #input: RunFlowInput | null = null;
  #end: { status: ExecutionStatus; output: Json | null; error: ErrorInfo | null } | null = null;

  constructor(executionId: string) {
    this.#executionId = executionId;
  }

  async push(run: number, events: readonly HistoryEvent[]): Promise<void> {
    if (run !== this.#run) this.#begin(run, events[0]);
    await this.#replay?.push(events);
    for (const event of events) this.#closed(event);
  }

  get input(): RunFlowInput {
    if (this.#input === null) throw new Error('the history has no first event yet');
    return this.#input;
  }
  get status(): ExecutionStatus {
    if (this.#end !== null) return this.#end.status;
    if (this.#replay?.paused === true) return 'paused';
    return this.#replay?.waiting === true ? 'waiting' : 'running';
  }
  get output(): Json | null {
    return this.#end?.output ?? null;
  }
  get error(): ErrorInfo | null {
    return this.#end?.error ?? null;
  }
  get trace(): readonly TracedEvent[] {
    return this.#trace;
  }
  get attempts(): ReadonlyMap<string, Attempts> {
    return this.#attempts;
  }
  memo(): Memo {
    if (this.#replay === null) throw new Error('the history has no first event yet');
    return this.#replay.memo();
  }

  #begin(run: number, first: HistoryEvent | undefined): void {
    const started = first?.workflowExecutionStartedEventAttributes;
    if (started === null || started === undefined)
      throw new Error(`run ${run} of ${this.#executionId} does not begin with its start`);
    this.#run = run;
    this.#count = 0;
    this.#end = null;
    this.#input = fromPayloadsAtIndex<RunFlowInput>(defaultPayloadConverter, 0, started.input?.payloads);
    this.#replay = new RunReplay({
      input: this.#input,
      executionId: this.#executionId,
      trace: (event) => this.#tell(event),
      attempts: this.#attempts,
    });
    const step = started.continuedExecutionRunId ? null : rolledBackTo(started.memo);
    if (first !== undefined && step !== null) this.#tell({ type: 'execution.rolled_back', at: timeOf(first), step });
  }
  #tell(event: TraceEvent): void {
    this.#trace.push({ ...event, id: `${this.#run}.${++this.#count}` });
  }

  /** What the closing event says is the truth; the interpreter only told how it came to it. */
  #closed(event: HistoryEvent): void {
    switch (event.eventType) {
      case TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
        const payloads = event.workflowExecutionCompletedEventAttributes?.result?.payloads;
        this.#end = {
          status: 'completed',
          output: fromPayloadsAtIndex<Json>(defaultPayloadConverter, 0, payloads) ?? null,
          error: null,
        };
        return;
      }
      case TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
        const failure = event.workflowExecutionFailedEventAttributes?.failure;
        const type = failure?.applicationFailureInfo?.type;
        const cause = failure
          ? new DefaultFailureConverter().failureToError(failure, defaultPayloadConverter)
          : undefined;
        this.#end = {
          status: type === TIMED_OUT_TYPE ? 'timed_out' : 'failed',
          output: null,
          error: fromCause(cause, {}, { isChild: false }).info,
        };
        return;
      }
      case TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
        this.#end = { status: 'cancelled', output: null, error: null };
        return;
      case TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
        this.#tell({ type: 'execution.terminated', at: timeOf(event) });
        this.#end = { status: 'terminated', output: null, error: null };
        return;
      case TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
        this.#end = {
          status: 'timed_out',
          output: null,
          error: {
            code: 'timeout',
            status: 408,
            message: 'Temporal ended the run: its run time-out is over',
            retryable: false,
          },
        };
        return;
      default:
    }
  }
}

/** The step that this run began with, where it was started to roll an ended execution back (executions/go-back.ts). */
function rolledBackTo(memo: proto.temporal.api.common.v1.IMemo | null | undefined): string | null {
  const field = memo?.fields?.['rolled_back_to'];
  const step = field == null ? null : defaultPayloadConverter.fromPayload<unknown>(field);
  return typeof step === 'string' ? step : null;
}
