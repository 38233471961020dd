import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';

/**
 * What an execution has done so far, as plain JSON: the interpreter can start from it (continue-as-new, rollback,
 * `on_timeout: retry`, re-run from a step), and every question about a past state is answered from it.
 * `seq` is one counter over everything that starts, ends or sets.
 */
export interface Memo {
  readonly seq: number;
  /** By step address. */
  readonly steps: Readonly<Record<string, StepEntry>>;
  /** Every change of a variable, in order. Scope is the address of the branch or iteration whose copy it is, '' for the flow's. */
  readonly sets: readonly SetEntry[];
  /** Events kept for later waits, oldest first. */
  readonly events: readonly KeptEvent[];
  /** Nonces of callbacks and addresses of approvals that were answered. */
  readonly used: readonly string[];
  readonly paused: boolean;
  /** Raised for steps whose idempotency key must change. By address; '*' for all. */
  readonly generations: Readonly<Record<string, number>>;
  /** Steps to compensate when the flow ends badly, oldest first. */
  readonly compensations: readonly CompensationEntry[];
  /** Instant at which the flow times out, ms; null: without a limit, or to be counted anew. */
  readonly deadline: number | null;
  /** What happened before this `seq` was condensed: no rollback to before it. */
  readonly floor?: number;
}

export interface StepEntry {
  readonly start: number;
  readonly startedAt: number;
  /** Absent while open. */
  readonly end?: number;
  readonly endedAt?: number;
  readonly status: 'open' | 'completed' | 'skipped' | 'failed' | 'cancelled';
  readonly result?: Json;
  readonly error?: ErrorInfo;
  /** Decisions and counters of an open step (branch taken, loop items, deadline of a wait, attempts used). */
  readonly open?: JsonObject;
  readonly sensitive?: true;
}
export interface SetEntry {
  readonly seq: number;
  readonly scope: string;
  readonly name: string;
  readonly value: Json;
}
export interface KeptEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly data: Json;
}
export interface CompensationEntry {
  readonly seq: number;
  readonly address: string;
  /** Key of the step whose `compensate` runs. */
  readonly key: string;
  /** Values of the roots that it reads, as they stood when the step ended. */
  readonly roots: JsonObject;
}
