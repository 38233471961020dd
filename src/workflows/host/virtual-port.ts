import type { ActionRequest, ErrorInfo, SlotRequest } from '../../activities/contract.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { CancelledError, type CancelToken } from '../interpreter/cancel.ts';
import { childInput } from '../interpreter/child-input.ts';
import { Execution } from '../interpreter/execution.ts';
import { atStep, FlowError } from '../interpreter/flow-error.ts';
import type { Memo } from '../interpreter/memo.ts';
import type { CallOptions, ChildHandle, ChildRequest, Port } from '../interpreter/port.ts';
import { backoffMs, hashUnit, mayRetry } from '../interpreter/retry.ts';
import type { TraceEvent } from '../interpreter/trace.ts';
import type { RunFlowInput } from '../contract.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a call gives in virtual time, `after` ms: a result, or an error that may be tried again. */
export type VirtualAnswer =
  | { readonly after: number; readonly result: Json }
  | { readonly after: number; readonly error: ErrorInfo & { readonly retryAfterMs?: number } };

export interface VirtualWorld {
  readonly clock: VirtualClock;
  /** 1, 2, 3, …: for ids that repeat from run to run. */
  readonly nextId: () => number;
  /** One attempt (1-based) of a call. May throw: the whole run rejects with it (a mock is missing). */
  readonly call: (request: ActionRequest, attempt: number) => VirtualAnswer;
  readonly onEmit?: (event: { id: string; type: string; source: string; time: string; data: Json }) => void;
  readonly checkInput?: (request: { schema: JsonObject; input: Json }) => Json;
  readonly resolveFlow?: (ref: string) => { ref: string; flows: Readonly<Record<string, FlowIr>> } | undefined;
  /** Whoever runs the world wants to know of what breaks it. */
  readonly broken: (error: unknown) => void;
  /** Called instead of a real budget, at every gate: when to continue as new. `run` counts the runs of an execution from 0. */
  readonly historyIsLong?: (place: {
    readonly execution: string;
    readonly run: number;
  }) => 'no' | 'advised' | 'must' | 'critical';
}

/** The input of an execution's next run: its memo travels as JSON, as it does on Temporal. */
export function nextInput(
  input: RunFlowInput,
  ending: { readonly memo: Memo; readonly attempt: number },
): RunFlowInput {
  return { ...input, memo: JSON.parse(JSON.stringify(ending.memo)) as Memo, attempt: ending.attempt };
}

/** The port in virtual time: no clock, no server; calls are answered by functions, waits take no time. */
export class VirtualPort implements Port {
  readonly #tell: (event: TraceEvent) => void;
  readonly #world: VirtualWorld;
  readonly #input: RunFlowInput;
  readonly #executionId: string;
  readonly #run: number;
  #abandoned = false;

  constructor(options: {
    world: VirtualWorld;
    input: RunFlowInput;
    executionId: string;
    run: number;
    trace: (event: TraceEvent) => void;
  }) {
    this.#world = options.world;
    this.#input = options.input;
    this.#executionId = options.executionId;
    this.#run = options.run;
    this.#tell = options.trace;
  }

  /** The run has handed over to its next one: what it still waits for never comes. */
  abandon(): void {
    this.#abandoned = true;
  }

  now(): number {
    return this.#world.clock.now;
  }
  newId(): string {
    return `00000000-0000-4000-8000-${String(this.#world.nextId()).padStart(12, '0')}`;
  }
  sleep(_key: string, ms: number, cancel: CancelToken): Promise<void> {
    return this.#after(Math.max(1, Math.ceil(ms)), cancel);
  }

  /** Retries as the activity and Temporal do together: the same back-off, judged by the same policy. */
  async callAction(request: ActionRequest, _options: CallOptions, cancel: CancelToken): Promise<Json> {
    const { retry } = request;
    for (let attempt = request.attemptOffset + 1; ; attempt++) {
      const answer = this.#answer(request, attempt);
      const late = answer.after > request.attemptTimeoutMs;
      await this.#after(late ? request.attemptTimeoutMs : answer.after, cancel);
      if (!late && 'result' in answer) return answer.result;
      const error = this.#errorOf(request, attempt, late || !('error' in answer) ? null : answer.error);
      const delay = Math.max(
        backoffMs(retry, attempt, hashUnit(`${request.step}#${attempt}`)),
        !late && 'error' in answer ? (answer.error.retryAfterMs ?? 0) : 0,
      );
      const over =
        retry.maxDurationMs !== undefined && this.now() + delay - request.firstAttemptAt > retry.maxDurationMs;
      if (attempt >= retry.attempts || over || error.code === 'outcome_unknown' || !mayRetry(retry, error))
        throw new FlowError(error);
      this.trace({ type: 'step.retrying', at: this.now(), step: request.step, attempt: attempt + 1, error });
      await this.#after(delay, cancel);
    }
  }
  #answer(request: ActionRequest, attempt: number): VirtualAnswer {
    try {
      return this.#world.call(request, attempt);
    } catch (error) {
      this.#world.broken(error);
      return { after: Number.MAX_SAFE_INTEGER, result: null };
    }
  }
  #errorOf(request: ActionRequest, attempt: number, given: (ErrorInfo & { retryAfterMs?: number }) | null): ErrorInfo {
    const place = { adapter: request.adapter, action: request.action, step: request.step, attempt };
    // In the words of the activity (activities/run-action).
    const late = {
      code: 'timeout',
      message: `${request.adapter}.${request.action} gave no result within ${request.attemptTimeoutMs} ms.`,
      status: 408,
    };
    if (given === null && request.covered) return { ...place, ...late, retryable: true };
    if (given === null)
      return {
        ...place,
        code: 'outcome_unknown',
        message: `It is not known whether ${request.adapter}.${request.action} was carried out, and it can't be sent twice: ${late.message}`,
        status: 408,
        retryable: false,
        details: { error: late },
      };
    const { retryAfterMs: _retryAfterMs, ...error } = given;
    return { ...place, ...error };
  }

  async startChild(request: ChildRequest, cancel: CancelToken): Promise<ChildHandle> {
    cancel.throwIfCancelled();
    const executionId = `${this.#executionId}~${request.step}~${request.generation}`;
    const input = childInput({
      request,
      parent: { input: this.#input, executionId: this.#executionId },
      now: this.now(),
    });
    const portFor = (of: RunFlowInput, nth: number): VirtualPort =>
      new VirtualPort({ world: this.#world, input: of, executionId, run: nth, trace: () => undefined });
    let port = portFor(input, 0);
    let child = new Execution({ input, executionId, port });
    const stop = request.wait ? cancel.onCancel(() => child.cancel()) : () => undefined;
    const run = async (): Promise<Json> => {
      let next = input;
      for (let nth = 1; ; nth++) {
        const ending = await child.run();
        if (ending.kind === 'completed') return ending.output;
        if (ending.kind === 'failed') throw new FlowError({ ...ending.error, step: request.step });
        if (ending.kind === 'timed_out') throw new FlowError(atStep(ending.error, request.step));
        if (ending.kind === 'cancelled')
          throw cancel.cancelled
            ? new CancelledError('cancelled')
            : new FlowError({ code: 'cancelled', message: 'the sub-flow was cancelled', step: request.step });
        port.abandon();
        next = nextInput(next, ending);
        port = portFor(next, nth);
        child = new Execution({ input: next, executionId, port });
      }
    };
    const signal = (what: 'pause' | 'resume'): void => (what === 'pause' ? child.pause() : child.resume());
    return { executionId, result: run().finally(stop), signal };
  }

  async emit(
    event: Parameters<NonNullable<VirtualWorld['onEmit']>>[0],
    _step: string,
    cancel: CancelToken,
  ): Promise<{ id: string }> {
    await this.#after(0, cancel);
    this.#world.onEmit?.(event);
    return { id: event.id };
  }
  async resolveFlow(ref: string, step: string, cancel: CancelToken): ReturnType<Port['resolveFlow']> {
    await this.#after(0, cancel);
    const found = this.#world.resolveFlow?.(ref);
    if (found === undefined)
      throw new FlowError({ code: 'flow_not_found', message: `there is no flow ${ref}`, step, retryable: false });
    return found;
  }
  async checkInput(request: { schema: JsonObject; input: Json }, _step: string, cancel: CancelToken): Promise<Json> {
    await this.#after(0, cancel);
    return this.#world.checkInput?.(request) ?? request.input;
  }
  async acquireSlot(
    _request: Omit<SlotRequest, 'holder' | 'coordinator'> & { key: string },
    cancel: CancelToken,
  ): Promise<void> {
    await this.#after(0, cancel); // one execution alone is never in its own way
  }
  releaseSlot(): Promise<void> {
    return Promise.resolve();
  }
  historyIsLong(): 'no' | 'advised' | 'must' | 'critical' {
    return this.#world.historyIsLong?.({ execution: this.#executionId, run: this.#run }) ?? 'no';
  }
  trace(event: TraceEvent): void {
    if (!this.#abandoned) this.#tell(event);
  }
  show(): void {
    // The trace tells it all.
  }

  #after(ms: number, cancel: CancelToken): Promise<void> {
    return new Promise((resolve, reject) => {
      if (cancel.cancelled) return reject(new CancelledError('cancelled'));
      let callOff = (): void => undefined;
      const stop = cancel.onCancel(() => {
        callOff();
        reject(new CancelledError('cancelled'));
      });
      callOff = this.#world.clock.at(this.now() + ms, () => {
        if (this.#abandoned) return;
        stop();
        resolve();
      });
    });
  }
}
