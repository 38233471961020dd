import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { HandlerIr, StepIr } from '../../dsl/ir/step.ts';
import { runKind } from '../steps/index.ts';
import { CancelledError } from './cancel.ts';
import type { Engine } from './engine.ts';
import { atStep, causedBy, errorJson, errorRoot, FlowError, ReturnSignal } from './flow-error.ts';
import type { Frame } from './frame.ts';
import { matchHandler } from './handlers.ts';
import { recall, recallInside } from './recall.ts';
import { runShielded } from './shield.ts';
import { IS_WORK } from './static-tree.ts';
import { withRetry, withTimeout } from './bounds.ts';

export interface StepOutcome {
  /** False when it was skipped. */
  readonly ran: boolean;
  readonly result: Json;
}
/** `passed`: the error that `continue_on_error` let pass. */
type Outcome = StepOutcome & { readonly passed?: FlowError };

/** Errors after which a call that was sent may have had its effect. */
const UNKNOWN_OUTCOME: ReadonlySet<string> = new Set(['outcome_unknown', 'timeout', 'worker_lost']);

/**
 * Runs one step with all its modifiers, or recalls it from the journal. The order is that of dsl.md, section 6: `if`;
 * then, from the inside out, the kind with its retries and fallbacks, `timeout`, `on_error`, `continue_on_error`,
 * `finally`. What goes wrong comes out as FlowError (an error), CancelledError or ReturnSignal.
 */
export async function runStep(engine: Engine, step: StepIr, frame: Frame): Promise<StepOutcome> {
  const address = frame.prefix + step.key;
  const known = engine.journal.get(address);
  if (known !== undefined && known.status !== 'open' && known.status !== 'cancelled')
    return recall(engine, step, frame);
  if (engine.gate.mayContinue) engine.journal.checkSize(address);
  await engine.gate.pass(frame.token).catch((error: unknown) => {
    // A step that is open already has clean-up to do: its own waits find out that it was cancelled.
    if (!(error instanceof CancelledError) || known?.status !== 'open') throw error;
  });
  const resumed = known !== undefined && (known.status === 'open' || Object.keys(known.open ?? {}).length > 0);
  const run = new StepRun(engine, step, frame, address);
  if (resumed && known.status === 'cancelled') run.traceStart();
  return run.run(resumed);
}

/** Runs steps in order; the result is that of the last one that ran, null if none did. */
export async function runSequence(engine: Engine, steps: readonly StepIr[], frame: Frame): Promise<Json> {
  let last: Json = null;
  for (const step of steps) {
    const outcome = await runStep(engine, step, frame);
    if (outcome.ran) last = outcome.result;
  }
  return last;
}

class StepRun {
  readonly #engine: Engine;
  readonly #step: StepIr;
  readonly #frame: Frame;
  readonly #address: string;
  #busy = false;

  constructor(engine: Engine, step: StepIr, frame: Frame, address: string) {
    this.#engine = engine;
    this.#step = step;
    this.#frame = frame;
    this.#address = address;
  }

  async run(resumed: boolean): Promise<StepOutcome> {
    const { journal, port } = this.#engine;
    const { kind, id } = this.#step;
    journal.start(this.#address, port.now());
    this.#setBusy(IS_WORK.has(kind));
    try {
      const outcome = await this.#withFinally(resumed);
      if (outcome.ran) {
        journal.end(this.#address, port.now(), {
          status: 'completed',
          result: outcome.result,
          ...(this.#step.sensitive && { sensitive: true }),
        });
        port.trace({
          type: 'step.completed',
          at: port.now(),
          step: this.#address,
          kind,
          result: outcome.result,
          ...(this.#step.sensitive && { sensitive: true }),
        });
        if (id !== null) this.#frame.scope.setResult(id, outcome.result);
        if (IS_WORK.has(kind)) journal.grow(outcome.result);
        if (outcome.passed === undefined || this.#mayHaveHappened(outcome.passed)) this.#registerCompensation();
      } else {
        journal.end(this.#address, port.now(), { status: 'skipped', result: null });
        port.trace({ type: 'step.skipped', at: port.now(), step: this.#address, kind });
        if (id !== null) this.#frame.scope.setResult(id, null);
      }
      return outcome;
    } catch (error) {
      this.#endBadly(error);
      throw error;
    } finally {
      this.#setBusy(false);
    }
  }

  #endBadly(error: unknown): void {
    const { journal, port } = this.#engine;
    const { kind } = this.#step;
    const base = { at: port.now(), step: this.#address, kind };
    if (error instanceof FlowError) {
      journal.end(this.#address, port.now(), { status: 'failed', error: error.info });
      port.trace({ ...base, type: 'step.failed', error: error.info });
      if (this.#mayHaveHappened(error)) this.#registerCompensation();
    } else if (error instanceof CancelledError) {
      journal.end(this.#address, port.now(), { status: 'cancelled' });
      port.trace({ ...base, type: 'step.cancelled' });
      if (journal.open(this.#address)['sent'] === true) this.#registerCompensation();
    } else if (error instanceof ReturnSignal) {
      journal.setOpen(this.#address, { returned: true });
      journal.end(this.#address, port.now(), { status: 'completed', result: error.value });
      port.trace({ ...base, type: 'step.completed', result: error.value });
    }
  }

  async #withFinally(resumed: boolean): Promise<Outcome> {
    const last = this.#step.finally;
    if (last === undefined) return this.#withHandlers(resumed);
    const cleanUp = (): Promise<Json> => {
      this.#setBusy(false);
      return runShielded(this.#engine, `${this.#address} finally`, (token) =>
        runSequence(this.#engine, last, { ...this.#frame, token }),
      );
    };
    let outcome: Outcome;
    try {
      outcome = this.#knownOutcome() ?? (await this.#withHandlers(resumed));
      this.#keepOutcome({ ...outcome, passed: outcome.passed === undefined ? null : errorJson(outcome.passed.info) });
    } catch (error) {
      if (error instanceof FlowError) this.#keepOutcome({ error: errorJson(error.info) });
      await cleanUp().catch((second: unknown) => {
        // A cancellation goes on whatever its clean-up comes to: the trace has it.
        if (second instanceof FlowError && error instanceof CancelledError) return;
        throw second instanceof FlowError && error instanceof FlowError
          ? new FlowError(causedBy(second.info, error.info))
          : second;
      });
      throw error;
    }
    if (outcome.ran) await cleanUp();
    return outcome;
  }

  /** For a rollback to a step of the `finally`: what came before it isn't done again. */
  #keepOutcome(outcome: JsonObject): void {
    const { journal } = this.#engine;
    if (journal.open(this.#address)['outcome'] === undefined)
      journal.setOpen(this.#address, { outcome, outcome_at: journal.mark() });
  }
  #knownOutcome(): Outcome | null {
    const known = this.#engine.journal.open(this.#address)['outcome'] as JsonObject | undefined; // written above
    if (known === undefined) return null;
    recallInside(this.#engine, this.#step, this.#frame);
    if (known['error'] !== undefined) throw new FlowError(known['error'] as never); // an ErrorInfo
    const passed = known['passed'] ?? null;
    return {
      ran: known['ran'] === true,
      result: known['result'] ?? null,
      ...(passed !== null && { passed: new FlowError(passed as never) }),
    };
  }

  async #withHandlers(resumed: boolean): Promise<Outcome> {
    const { failed: failedBefore, handler: chosen } = this.#engine.journal.open(this.#address);
    let failure: FlowError;
    try {
      if (failedBefore !== undefined) recallInside(this.#engine, this.#step, this.#frame);
      if (failedBefore !== undefined) throw new FlowError(failedBefore as never); // written below: an ErrorInfo
      if (this.#step.if !== undefined && !resumed && !this.#engine.condition(this.#step.if, this.#frame, this.#address))
        return { ran: false, result: null };
      if (!resumed) this.traceStart();
      return { ran: true, result: await this.#bounded() };
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      failure = new FlowError(atStep(error.info, this.#address), { reraised: error.reraised });
    }
    try {
      const handler = chosen === undefined ? this.#choose(failure) : (this.#step.onError?.[Number(chosen)] ?? null);
      if (handler === null) throw failure;
      return { ran: true, result: await this.#handle(handler, failure) };
    } catch (error) {
      if (!(error instanceof FlowError) || !this.#step.continueOnError) throw error;
      return { ran: true, result: { error: errorJson(error.info) }, passed: error };
    }
  }

  /** The handler is chosen once: after a restart the journal's choice holds, whatever variables say by then. */
  #choose(failure: FlowError): HandlerIr | null {
    const { journal } = this.#engine;
    try {
      const handler = matchHandler(this.#engine, this.#step.onError, failure.info, this.#frame, this.#address);
      if (handler !== null)
        journal.setOpen(this.#address, {
          failed: errorJson(failure.info),
          failed_at: journal.mark(),
          handler: this.#step.onError?.indexOf(handler) ?? 0,
        });
      return handler;
    } catch (error) {
      throw error instanceof FlowError ? new FlowError(causedBy(error.info, failure.info)) : error;
    }
  }

  async #handle(handler: HandlerIr, failure: FlowError): Promise<Json> {
    this.#setBusy(false);
    try {
      return await runSequence(this.#engine, handler.do, {
        ...this.#frame,
        scope: this.#frame.scope.handler(errorRoot(failure.info)),
      });
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      throw new FlowError(error.reraised ? error.info : causedBy(error.info, failure.info));
    }
  }

  #bounded(): Promise<Json> {
    const kind = (frame: Frame): Promise<Json> =>
      runKind({ engine: this.#engine, frame, address: this.#address }, this.#step);
    const retried =
      this.#step.retry === undefined ? kind : (frame: Frame) => withRetry(this.#engine, this.#step, frame, kind);
    return this.#step.timeout === undefined
      ? retried(this.#frame)
      : withTimeout(this.#engine, this.#step, this.#frame, retried);
  }

  traceStart(): void {
    const first = this.#step.kind === 'call' ? this.#step.targets[0] : undefined;
    const adapter =
      first?.adapter.v === 'lit' && typeof first.adapter.value === 'string' ? first.adapter.value : undefined;
    this.#engine.port.trace({
      type: 'step.started',
      at: this.#engine.port.now(),
      step: this.#address,
      kind: this.#step.kind,
      ...(adapter !== undefined && { adapter }),
      ...(first && { action: first.action }),
    });
  }
  /** A call that was under way when it failed or was cancelled may have had its effect. */
  #mayHaveHappened(error: FlowError): boolean {
    const { sent, failed } = this.#engine.journal.open(this.#address);
    if (sent !== true) return false;
    return (
      UNKNOWN_OUTCOME.has(error.info.code) || UNKNOWN_OUTCOME.has(String((failed as { code?: Json } | undefined)?.code))
    );
  }
  #registerCompensation(): void {
    if (this.#step.compensate === undefined) return;
    this.#engine.journal.addCompensation(
      this.#address,
      this.#step.key,
      this.#engine.snapshotFor(this.#step, this.#frame),
    );
  }
  #setBusy(busy: boolean): void {
    if (busy === this.#busy) return;
    this.#busy = busy;
    if (busy) this.#engine.gate.enter();
    else this.#engine.gate.leave();
  }
}
