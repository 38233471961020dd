import type { ActionRequest, SlotRequest } from '../../activities/contract.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { CancelToken } from './cancel.ts';
import type { TraceEvent } from './trace.ts';

/**
 * Everything the interpreter needs from outside. Three wirings: Temporal (runtime/temporal-port), virtual time
 * (host/virtual-port) and history (host/history-port). All waits reject with CancelledError once `cancel` is
 * cancelled; calls and children reject with FlowError when they fail. Keys are unique among what is pending.
 */
export interface Port {
  /** Workflow time, ms since the epoch. */
  now(): number;
  newId(): string;
  /** One activity: `request.step` is its id. Retries inside it are declared in `request.retry`. */
  callAction(request: ActionRequest, options: CallOptions, cancel: CancelToken): Promise<Json>;
  /** `key` names the timer (its summary in the Web UI): step address and purpose. */
  sleep(key: string, ms: number, cancel: CancelToken): Promise<void>;
  startChild(request: ChildRequest, cancel: CancelToken): Promise<ChildHandle>;
  emit(
    event: { id: string; type: string; source: string; time: string; data: Json },
    step: string,
    cancel: CancelToken,
  ): Promise<{ id: string }>;
  resolveFlow(
    ref: string,
    step: string,
    cancel: CancelToken,
  ): Promise<{ ref: string; flows: Readonly<Record<string, FlowIr>> }>;
  /** Applies defaults and checks; rejects with FlowError `invalid_input`. */
  checkInput(request: { schema: JsonObject; input: Json }, step: string, cancel: CancelToken): Promise<Json>;
  /** Waits for a slot; rejects with FlowError `concurrency_limit`. */
  acquireSlot(
    request: Omit<SlotRequest, 'holder' | 'coordinator'> & { key: string },
    cancel: CancelToken,
  ): Promise<void>;
  releaseSlot(): Promise<void>;
  /** How near the run's history is to its budget: go on, continue as new when nothing is in flight, hold new steps back, at any price. */
  historyIsLong(): 'no' | 'advised' | 'must' | 'critical';
  /** Tells what happens; never waits. */
  trace(event: TraceEvent): void;
  /** Shows a status (search attribute, current details); called on changes only. */
  show(status: 'running' | 'waiting' | 'paused' | 'timed_out', details: string): void;
}

export interface CallOptions {
  readonly local: boolean;
  /** One line for Temporal's Web UI. */
  readonly summary: string;
}

export interface ChildRequest {
  readonly step: string;
  readonly generation: number;
  readonly flow: FlowIr;
  readonly flows: Readonly<Record<string, FlowIr>>;
  readonly input: Json;
  readonly wait: boolean;
}
export interface ChildHandle {
  readonly executionId: string;
  /** Pause and resume reach children that are waited for; cancelling goes by the token. */
  signal(what: 'pause' | 'resume'): void;
  /** The child's output. Rejects with FlowError (the child's error) or CancelledError. */
  readonly result: Promise<Json>;
}
