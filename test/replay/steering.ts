import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { HistoryReader } from '../../src/executions/history.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { type RollbackMessage, SIGNALS, UPDATES } from '../../src/workflows/contract.ts';
import type { TraceEvent } from '../../src/workflows/interpreter/trace.ts';
import type { TemporalWiring } from '../run/temporal-wiring.ts';

const POLL_MS = 50;
const PATIENCE_MS = 20_000;

/** Steers one execution from outside, each time when its history says that it has come to the right place. */
export class Steering {
  readonly id: string;
  readonly handle: WorkflowHandle;
  readonly #wiring: TemporalWiring;
  readonly #first: WorkflowHandle;

  constructor(wiring: TemporalWiring, first: WorkflowHandle) {
    this.#wiring = wiring;
    this.#first = first;
    this.id = first.workflowId;
    this.handle = wiring.client.workflow.getHandle(this.id);
  }

  async read(): Promise<HistoryReader> {
    return (await this.#wiring.read(this.id, this.#first)).reader;
  }
  /** Waits until the execution, as its history reads, is where `there` says. Rejects after 20 s. */
  async until(there: (reader: HistoryReader) => boolean): Promise<HistoryReader> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(POLL_MS)) {
      const reader = await this.read();
      if (there(reader)) return reader;
      if (Date.now() > deadline)
        throw new Error(`${this.id} did not come there; its trace: ${JSON.stringify(reader.trace)}`);
    }
  }
  waiting(step: string): Promise<HistoryReader> {
    return this.until(({ trace }) => lastOf(trace, step)?.type === 'step.waiting');
  }
  started(step: string): Promise<HistoryReader> {
    return this.until(({ trace }) => lastOf(trace, step) !== undefined);
  }
  completed(step: string): Promise<HistoryReader> {
    return this.until(({ trace }) => trace.some((event) => event.type === 'step.completed' && event.step === step));
  }
  told(type: TraceEvent['type']): Promise<HistoryReader> {
    return this.until(({ trace }) => trace.some((event) => event.type === type));
  }

  async event(type: string, data: Json): Promise<unknown> {
    return this.handle.executeUpdate(UPDATES.event, { args: [{ id: randomUUID(), type, data }] });
  }
  async decide(step: string, approved: boolean): Promise<unknown> {
    return this.handle.executeUpdate(UPDATES.decide, {
      args: [{ step, approved, comment: null, form: null, by: 'ann' }],
    });
  }
  async callback(step: string, payload: Json): Promise<unknown> {
    const nonce = String((await this.read()).memo().steps[step]?.start ?? '');
    return this.handle.executeUpdate(UPDATES.callback, { args: [{ step, nonce, payload }] });
  }
  async rollback(message: RollbackMessage): Promise<unknown> {
    return this.handle.executeUpdate(UPDATES.rollback, { args: [message] });
  }
  pause(): Promise<void> {
    return this.handle.signal(SIGNALS.pause);
  }
  resume(): Promise<void> {
    return this.handle.signal(SIGNALS.resume);
  }
  async cancel(): Promise<void> {
    await this.handle.cancel();
  }
}

function lastOf(trace: readonly TraceEvent[], step: string): TraceEvent | undefined {
  return trace.findLast((event) => 'step' in event && event.step === step);
}
