import type { ErrorInfo } from '../activities/contract.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { StepKind } from '../dsl/ir/step.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';

/** `GET /executions/{id}`. Instants are RFC 3339, durations milliseconds. A sensitive result is `"[sensitive]"`. */
export interface ExecutionView {
  readonly execution_id: string;
  readonly flow: string;
  readonly version: string;
  readonly hash: string;
  readonly status: ExecutionStatus;
  readonly environment: string;
  readonly tags: readonly string[];
  readonly input: Json;
  readonly output: Json | null;
  readonly error: ErrorInfo | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
  readonly origin: { readonly execution_id: string; readonly from?: string } | null;
  readonly parent: { readonly execution_id: string; readonly step: string } | null;
  /** What it waits for now, in words, with step and until. */
  readonly waiting: readonly WaitingView[];
  /** Why it does not go on, or what it does, in sentences; null once it has ended. */
  readonly why: string | null;
  readonly steps: readonly StepView[];
  readonly links: Readonly<Record<string, string>>;
}

export interface StepView {
  /** Author's id or position. */
  readonly id: string;
  /** Address of the instance: `each[2].fetch`. */
  readonly path: string;
  readonly kind: StepKind;
  readonly adapter?: string;
  readonly action?: string;
  readonly status: 'running' | 'waiting' | 'completed' | 'skipped' | 'failed' | 'cancelled';
  /** Tries of a call, 0 for other kinds. */
  readonly attempts: number;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
  readonly result?: Json;
  readonly error?: ErrorInfo;
}

export interface WaitingView {
  /** Path; empty for the flow itself. */
  readonly step: string;
  readonly on: 'timer' | 'event' | 'approval' | 'callback' | 'slot' | 'sub_flow' | 'retry';
  readonly reason: string;
  readonly until: string | null;
  readonly since?: string;
  /** Of an approval; `to` is empty where anyone may decide. */
  readonly approval?: {
    readonly title: string | null;
    readonly to: readonly string[];
    readonly form: JsonObject | null;
  };
}

/** One line of `GET /executions`. */
export type ExecutionSummary = Pick<
  ExecutionView,
  'execution_id' | 'flow' | 'version' | 'status' | 'environment' | 'tags' | 'started_at' | 'ended_at' | 'links'
>;
