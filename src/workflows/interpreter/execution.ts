import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { CallbackMessage, DecisionMessage, EventMessage, RollbackMessage, RunFlowInput } from '../contract.ts';
import { CancelToken } from './cancel.ts';
import { condenseMemo } from './condense-memo.ts';
import { Engine } from './engine.ts';
import { Lifecycle } from './lifecycle.ts';
import type { Memo } from './memo.ts';
import type { Port } from './port.ts';
import { StepNotAvailable, findStep } from './truncate-memo.ts';

/** How a run of the interpreter ends. `continue`: the same execution goes on in a new run, from the memo. */
export type Ending =
  | { readonly kind: 'completed'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: ErrorInfo }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timed_out'; readonly error: ErrorInfo }
  | { readonly kind: 'continue'; readonly memo: Memo; readonly attempt: number };

/** A refusal of what was asked from outside: `code` is stable, the state has not changed. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code:
    | 'event_buffer_full'
    | 'callback_gone'
    | 'not_open'
    | 'ambiguous_step'
    | 'step_not_found'
    | 'step_not_available'
    | 'ending';
  constructor(code: Refused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * One run of one execution: the interpreter as its wirings see it. `run` once; everything else may be called at any
 * time while it runs, and takes effect in the same turn. Imports nothing of Temporal.
 */
export class Execution {
  readonly #engine: Engine;
  readonly #root = new CancelToken(null);
  readonly #lifecycle: Lifecycle;

  constructor(options: { input: RunFlowInput; executionId: string; port: Port }) {
    this.#engine = new Engine(options);
    this.#lifecycle = new Lifecycle(this.#engine, this.#root);
    this.#root.onCancel(() => this.#stopped());
  }

  run(): Promise<Ending> {
    const handover = this.#engine.gate.handover.then(
      (): Ending => ({
        kind: 'continue',
        memo: condenseMemo(this.memo(), this.#engine.flow),
        attempt: this.#engine.input.attempt ?? 1,
      }),
    );
    return Promise.race([this.#lifecycle.run(), handover]);
  }

  /** Characters of JSON that its results come to, roughly: what a new run will have to read. */
  get size(): number {
    return this.#engine.journal.size;
  }
  /** What it has done so far. */
  memo(): Memo {
    return this.#engine.journal.toMemo();
  }

  cancel(): void {
    if (this.#lifecycle.isEnding) return this.resume(); // it ends anyway: its clean-up goes on
    if (this.#root.cancelled) return;
    this.#engine.port.trace({ type: 'execution.cancelling', at: this.#engine.port.now() });
    this.#root.cancel('cancel');
  }
  pause(): void {
    if (this.#engine.gate.paused || this.#lifecycle.isEnding) return;
    this.#setPaused(true);
    this.#engine.port.trace({ type: 'execution.paused', at: this.#engine.port.now() });
    for (const child of this.#engine.children) child.signal('pause');
  }
  resume(): void {
    if (!this.#engine.gate.paused) return;
    this.#setPaused(false);
    this.#engine.port.trace({ type: 'execution.resumed', at: this.#engine.port.now() });
    for (const child of this.#engine.children) child.signal('resume');
  }
  /** Cancelled, rolled back or out of time: what is left is clean-up, which neither waits for a resume nor moves to a new run. */
  #stopped(): void {
    this.#engine.gate.mayContinue = false;
    if (!this.#engine.gate.paused) return;
    this.#setPaused(false);
    if (this.#root.reason === 'timeout')
      this.#engine.port.trace({ type: 'execution.resumed', at: this.#engine.port.now() });
  }
  #setPaused(paused: boolean): void {
    this.#engine.journal.paused = paused;
    if (paused) this.#engine.gate.pause();
    else this.#engine.gate.resume();
    this.#engine.showStatus();
  }

  /** Throws Refused when neither a wait nor the buffer takes the event. */
  checkEvent(message: EventMessage): void {
    if (!this.#engine.inbox.hasRoomFor(this.#event(message)))
      throw new Refused('event_buffer_full', 'the execution keeps as many events as it may; send it again later');
  }
  deliverEvent(message: EventMessage): { delivered: 'step' | 'kept' } {
    const delivered = this.#engine.inbox.deliver(this.#event(message));
    if (delivered === 'full')
      throw new Refused('event_buffer_full', 'the execution keeps as many events as it may; send it again later');
    return { delivered };
  }
  #event(message: EventMessage) {
    return {
      id: message.id,
      type: message.type,
      source: message.source ?? 'api',
      time: message.time ?? new Date(this.#engine.port.now()).toISOString(),
      data: message.data,
    };
  }

  checkDecision(message: DecisionMessage): void {
    const found = this.#engine.inbox.findApproval(message.step);
    if (found === 'not_open') throw new Refused('not_open', `no approval is open at step ${message.step}`);
    if (found === 'ambiguous_step')
      throw new Refused(
        'ambiguous_step',
        `several approvals are open at ${message.step}: name one, such as each[2].${message.step}`,
      );
  }
  decide(message: DecisionMessage): { accepted: true; step: string } {
    this.checkDecision(message);
    const found = this.#engine.inbox.findApproval(message.step);
    if (typeof found === 'string') throw new Refused(found, message.step);
    const at = new Date(this.#engine.port.now()).toISOString();
    this.#engine.inbox.decide(found.address, {
      approved: message.approved,
      by: message.by,
      at,
      comment: message.comment,
      form: message.form,
    });
    return { accepted: true, step: found.address };
  }

  checkCallback(message: CallbackMessage): void {
    if (this.#engine.inbox.callbackState(message.step, message.nonce) === 'gone')
      throw new Refused('callback_gone', `step ${message.step} does not wait for this callback any more`);
  }
  completeCallback(message: CallbackMessage): { accepted: true } {
    this.checkCallback(message);
    if (this.#engine.inbox.callbackState(message.step, message.nonce) === 'open')
      this.#engine.inbox.completeCallback(message.step, message.payload);
    return { accepted: true };
  }

  /** The nonce of the callback that a step (an address, or an id with one open instance) waits for. Throws Refused. */
  openNonce(step: string): string {
    const nonce = this.#engine.inbox.openNonce(step);
    if (nonce === null) throw new Refused('callback_gone', `step ${step} waits for no callback`);
    return nonce;
  }

  checkRollback(message: RollbackMessage): void {
    if (this.#lifecycle.isEnding || this.#root.cancelled)
      throw new Refused('ending', 'the execution is ending: roll it back once it has ended');
    try {
      const { entry } = findStep(this.memo(), message.to, this.#engine.flow);
      const floor = this.#engine.input.memo?.floor ?? 0;
      if (entry.start <= floor)
        throw new StepNotAvailable('step_not_available', `what was before step ${message.to} was condensed`);
    } catch (error) {
      if (!(error instanceof StepNotAvailable)) throw error;
      throw new Refused(error.code, error.message);
    }
  }
  /** Cancels what runs, undoes what it is told to, and ends this run with a `continue` from before the step. */
  rollBack(message: RollbackMessage): { accepted: true } {
    this.checkRollback(message);
    this.#lifecycle.rollback = message;
    this.#root.cancel('rollback');
    return { accepted: true };
  }
}
