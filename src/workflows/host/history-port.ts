import type { ActionRequest, SlotRequest } from '../../activities/contract.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { CancelledError, type CancelToken } from '../interpreter/cancel.ts';
import { type Deferred, deferred, orCancelled } from '../interpreter/deferred.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import type { CallOptions, ChildHandle, ChildRequest, Port } from '../interpreter/port.ts';
import type { TraceEvent } from '../interpreter/trace.ts';
import { historyMark } from '../runtime/history-mark.ts';

interface Pending {
  readonly answer: Deferred<Json>;
  readonly place: { readonly step: string; readonly adapter?: string; readonly action?: string };
  /** Its command is in the history: a cancellation is then answered by an event, not at once. */
  recorded: boolean;
}
interface PendingChild {
  readonly started: Deferred<void>;
  readonly answer: Deferred<Json>;
  readonly step: string;
  readonly wait: boolean;
  recorded: boolean;
}

/**
 * The port over a recorded history: nothing is done, everything was done already. Calls are matched by activity id,
 * timers and local activities by their summary, children by workflow id. history-reader.ts feeds it.
 */
export class HistoryPort implements Port {
  readonly trace: (event: TraceEvent) => void;
  readonly #executionId: string;
  readonly calls = new Map<string, Pending>();
  /** Local activities by step: the summary of their marker. */
  readonly locals = new Map<string, Pending>();
  readonly timers = new Map<string, Deferred<void>>();
  readonly children = new Map<string, PendingChild>();
  readonly granted = deferred<void>();
  /** Workflow time, history length, size and advice: of the workflow task that is being replayed. */
  task = { at: 0, events: 0, bytes: 0, advised: false };
  #ids = 0;

  constructor(options: { executionId: string; trace: (event: TraceEvent) => void }) {
    this.#executionId = options.executionId;
    this.trace = options.trace;
  }

  now(): number {
    return this.task.at;
  }
  newId(): string {
    return `replayed-${++this.#ids}`; // only ever read back from the history
  }
  callAction(request: ActionRequest, options: CallOptions, cancel: CancelToken): Promise<Json> {
    const place = { step: request.step, adapter: request.adapter, action: request.action };
    return this.#call(options.local ? this.locals : this.calls, request.step, place, cancel);
  }
  async emit(_event: unknown, step: string, cancel: CancelToken): Promise<{ id: string }> {
    return (await this.#call(this.calls, `${step} weir.emit`, { step }, cancel)) as { id: string };
  }
  async resolveFlow(
    _ref: string,
    step: string,
    cancel: CancelToken,
  ): Promise<{ ref: string; flows: Readonly<Record<string, FlowIr>> }> {
    return (await this.#call(this.calls, `${step} weir.resolve_flow`, { step }, cancel)) as unknown as {
      ref: string;
      flows: Readonly<Record<string, FlowIr>>;
    }; // the activity's result
  }
  checkInput(_request: { schema: JsonObject; input: Json }, step: string, cancel: CancelToken): Promise<Json> {
    return this.#call(this.calls, `${step} weir.check_input`, { step }, cancel);
  }
  async acquireSlot(
    _request: Omit<SlotRequest, 'holder' | 'coordinator'> & { key: string },
    cancel: CancelToken,
  ): Promise<void> {
    const answer = await this.#call(this.calls, 'flow weir.request_slot', { step: 'flow' }, cancel);
    if (answer === 'rejected')
      throw new FlowError({
        code: 'concurrency_limit',
        message: 'the flow runs as often as it may for this key already',
        status: 429,
        retryable: true,
      });
    if (answer === 'queued') await orCancelled(this.granted.promise, cancel);
  }
  releaseSlot(): Promise<void> {
    return Promise.resolve();
  }
  async sleep(key: string, _ms: number, cancel: CancelToken): Promise<void> {
    cancel.throwIfCancelled();
    const fired = deferred<void>();
    this.timers.set(key, fired);
    try {
      await orCancelled(fired.promise, cancel);
    } finally {
      if (this.timers.get(key) === fired) this.timers.delete(key);
    }
  }

  async startChild(request: ChildRequest, cancel: CancelToken): Promise<ChildHandle> {
    cancel.throwIfCancelled();
    const executionId = `${this.#executionId}~${request.step}~${request.generation}`;
    const child: PendingChild = {
      started: deferred<void>(),
      answer: deferred<Json>(),
      step: request.step,
      wait: request.wait,
      recorded: false,
    };
    this.children.set(executionId, child);
    child.answer.promise.catch(() => undefined); // read by whoever waits for the child; nobody may
    const stop = cancel.onCancel(() => {
      if (!child.recorded) child.started.reject(new CancelledError('cancelled'));
    });
    try {
      await child.started.promise;
    } finally {
      stop();
    }
    const result = child.answer.promise.catch((error: unknown) => {
      throw cancel.cancelled && request.wait ? new CancelledError('cancelled') : error;
    });
    return { executionId, result, signal: () => undefined };
  }

  historyIsLong(): 'no' | 'advised' | 'must' | 'critical' {
    return historyMark({ events: this.task.events, bytes: this.task.bytes, advised: this.task.advised });
  }
  show(): void {
    // The trace tells it all.
  }

  #call(into: Map<string, Pending>, id: string, place: Pending['place'], cancel: CancelToken): Promise<Json> {
    const pending: Pending = { answer: deferred<Json>(), place, recorded: false };
    into.set(id, pending);
    return this.#answered(pending, cancel);
  }
  async #answered(pending: Pending, cancel: CancelToken): Promise<Json> {
    cancel.throwIfCancelled();
    const stop = cancel.onCancel(() => {
      if (!pending.recorded) pending.answer.reject(new CancelledError('cancelled'));
    });
    try {
      return await pending.answer.promise;
    } finally {
      stop();
    }
  }
}
