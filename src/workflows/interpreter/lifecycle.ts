import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { RollbackMessage } from '../contract.ts';
import { CancelledError, CancelToken } from './cancel.ts';
import { compensate } from './compensate.ts';
import type { Engine } from './engine.ts';
import type { Ending } from './execution.ts';
import { causedBy, errorRoot, FlowError, ReturnSignal } from './flow-error.ts';
import type { Frame } from './frame.ts';
import { matchHandler } from './handlers.ts';
import { runSequence } from './run-step.ts';
import { Scope, Variables } from './scope.ts';
import { runShielded } from './shield.ts';
import { findStep, truncateMemo } from './truncate-memo.ts';
import { withinLimit } from './within-limit.ts';

/** A flow whose time is over starts over at most this often (dsl.md, section 1). */
const MAX_RESTARTS = 2;
/** Name of the flow's own steps of life in error places and timers. */
const FLOW = 'flow';

type Ended = Exclude<Ending, { kind: 'continue' }>;

/** The life of one run: slot, time-out, steps, the flow's handlers, compensation, `finally`. */
export class Lifecycle {
  readonly #engine: Engine;
  readonly #root: CancelToken;
  rollback: RollbackMessage | null = null;
  /** True once the steps are over: only clean-up runs, and nothing steers it any more. */
  isEnding = false;

  constructor(engine: Engine, root: CancelToken) {
    this.#engine = engine;
    this.#root = root;
  }

  async run(): Promise<Ending> {
    const { engine } = this;
    if (engine.input.memo === undefined) engine.port.trace({ type: 'execution.started', at: engine.port.now() });
    const frame = this.#frame();
    const slot = await this.#takeSlot(frame);
    if (slot !== null) return this.#end(slot);
    const timer = new CancelToken(null);
    const timed = this.#startTimer(frame, timer);
    let ended = await this.#steps(frame, timed);
    engine.gate.mayContinue = false;
    if (this.rollback !== null && ended.kind === 'cancelled') {
      timer.cancel('done');
      return this.#rollBack(this.rollback);
    }
    this.isEnding = true;
    timer.cancel('done');
    if (ended.kind !== 'completed') await compensate(engine, engine.journal.compensations());
    ended = await this.#finally(ended, frame);
    if (ended.kind === 'timed_out' && engine.flow.onTimeout === 'retry' && (engine.input.attempt ?? 1) <= MAX_RESTARTS)
      return this.#restart();
    if (engine.flow.concurrency !== null) await engine.port.releaseSlot();
    return this.#end(ended);
  }
  private get engine(): Engine {
    return this.#engine;
  }

  #frame(): Frame {
    return {
      scope: new Scope({ parent: null, variables: new Variables('', {}, this.engine.journal) }),
      token: this.#root,
      prefix: '',
    };
  }

  /** null once it holds a slot, or needs none. */
  async #takeSlot(frame: Frame): Promise<Ended | null> {
    const { concurrency } = this.engine.flow;
    if (concurrency === null || this.engine.input.slotHeld === true) return null;
    try {
      const key = this.engine.resolve(concurrency.key, frame, FLOW);
      const limit = this.engine.count(concurrency.limit, frame, FLOW);
      const request = {
        key: typeof key === 'string' ? key : JSON.stringify(key),
        limit,
        whenFull: concurrency.whenFull,
      };
      await this.engine.wait(
        { step: FLOW, on: 'slot', detail: { key: request.key, limit } },
        this.engine.port.acquireSlot(request, frame.token),
      );
      return null;
    } catch (error) {
      if (error instanceof CancelledError) return { kind: 'cancelled' };
      if (error instanceof FlowError) return { kind: 'failed', error: error.info };
      throw error;
    }
  }

  /** The flow's time-out works like a cancel. It runs on while paused; its deadline is kept over restarts. */
  #startTimer(frame: Frame, timer: CancelToken): FlowError | null {
    const { flow, journal, port } = this.engine;
    if (flow.timeout === null) return null;
    try {
      journal.deadline ??= port.now() + this.engine.duration(flow.timeout, frame, FLOW);
    } catch (error) {
      if (error instanceof FlowError) return error;
      throw error;
    }
    port.sleep('flow timeout', Math.max(0, journal.deadline - port.now()), timer).then(
      () => this.#root.cancel('timeout'),
      (error: unknown) => {
        if (!(error instanceof CancelledError)) throw error;
      },
    );
    return null;
  }

  async #steps(frame: Frame, early: FlowError | null): Promise<Ended> {
    try {
      if (early !== null) throw early;
      this.#initVariables(frame);
      const last = await runSequence(this.engine, this.engine.flow.steps, frame);
      await this.engine.gate.pass(frame.token);
      const { output } = this.engine.flow;
      const value = output === null ? last : this.engine.resolve(output, frame, 'output');
      return { kind: 'completed', output: withinLimit(value, 'output') };
    } catch (error) {
      // A failure on the way out of a cancellation doesn't undo it.
      if (error instanceof FlowError && !this.#root.cancelled) return this.#handle(error, frame);
      return this.#unwound(error);
    }
  }
  /** Those that an earlier run has set keep their values. */
  #initVariables(frame: Frame): void {
    const { vars } = this.engine.flow;
    const known = this.engine.journal.setsOf('');
    const set = (key: string, value: () => Json): void => {
      if (!Object.hasOwn(known, key)) frame.scope.variables.set(key, value());
    };
    if (vars.v === 'lit')
      for (const [key, value] of Object.entries((vars.value ?? {}) as JsonObject)) set(key, () => value);
    else if (vars.v === 'map')
      for (const { key, value } of vars.entries) set(key, () => this.engine.resolve(value, frame, `vars.${key}`));
  }

  /** The flow's handlers tell and tidy up: it still ends failed, unless one returns. */
  async #handle(failure: FlowError, frame: Frame): Promise<Ended> {
    this.engine.gate.mayContinue = false;
    try {
      const handler = matchHandler(this.engine, this.engine.flow.onError, failure.info, frame, FLOW);
      if (handler !== null)
        await runSequence(this.engine, handler.do, { ...frame, scope: frame.scope.handler(errorRoot(failure.info)) });
      return { kind: 'failed', error: failure.info };
    } catch (error) {
      if (error instanceof FlowError && !this.#root.cancelled)
        return { kind: 'failed', error: error.reraised ? error.info : causedBy(error.info, failure.info) };
      return this.#unwound(error);
    }
  }
  #unwound(error: unknown): Ended {
    if (error instanceof ReturnSignal && !this.#root.cancelled) return { kind: 'completed', output: error.value };
    const isOurs = error instanceof CancelledError || error instanceof FlowError || error instanceof ReturnSignal;
    if (!isOurs || !this.#root.cancelled) throw error;
    return this.#root.reason === 'timeout' ? { kind: 'timed_out', error: this.#timeoutError() } : { kind: 'cancelled' };
  }
  #timeoutError(): ErrorInfo {
    return {
      code: 'timeout',
      status: 408,
      message: `flow ${this.engine.flow.name} did not end in time`,
      retryable: false,
    };
  }

  async #finally(ended: Ended, frame: Frame): Promise<Ended> {
    const steps = this.engine.flow.finally;
    if (steps === null) return ended;
    try {
      await runShielded(this.engine, 'flow finally', (token) => runSequence(this.engine, steps, { ...frame, token }));
      return ended;
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      // The first trouble stays the execution's; a failing `finally` only spoils a success.
      return ended.kind === 'completed' ? { kind: 'failed', error: error.info } : ended;
    }
  }

  async #rollBack(rollback: RollbackMessage): Promise<Ending> {
    const { engine } = this;
    const { address, entry } = findStep(engine.journal.toMemo(), rollback.to, engine.flow);
    const since = engine.journal.compensations().filter((c) => c.seq > entry.start);
    if (rollback.compensate === true) await compensate(engine, since);
    engine.port.trace({ type: 'execution.rolled_back', at: engine.port.now(), step: address });
    const memo = truncateMemo(engine.journal.toMemo(), address, {
      flow: engine.flow,
      newKeys: rollback.newKeys === true,
    });
    return { kind: 'continue', memo, attempt: engine.input.attempt ?? 1 };
  }
  #restart(): Ending {
    const memo = this.engine.journal.toMemo();
    const generations = { ...memo.generations, '*': (memo.generations['*'] ?? 0) + 1 };
    return {
      kind: 'continue',
      attempt: (this.engine.input.attempt ?? 1) + 1,
      memo: { ...memo, steps: {}, sets: [], compensations: [], deadline: null, generations, floor: memo.seq },
    };
  }

  #end(ended: Ended): Ended {
    const at = this.engine.port.now();
    if (ended.kind === 'completed') this.engine.port.trace({ type: 'execution.completed', at, output: ended.output });
    else
      this.engine.port.trace({
        type: `execution.${ended.kind}`,
        at,
        error: ended.kind === 'cancelled' ? null : ended.error,
      });
    if (ended.kind === 'timed_out') this.engine.port.show('timed_out', '');
    return ended;
  }
}
