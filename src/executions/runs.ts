import type { ErrorInfo } from '../activities/contract.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { RunFlowInput } from '../workflows/contract.ts';
import type { HistoryEvent } from './history.ts';

/**
 * What the gateway and the read model need of Temporal, in the words of executions. One wiring (temporal-runs); tests have a
 * fake. Every method throws a Problem: 503 when Temporal is away, 404 or null where the execution is unknown.
 */
export interface Runs {
  /** Starts a run. `exists`: an execution with this id was started before (or still runs, with `again`). */
  start(request: StartRun): Promise<'started' | 'exists'>;
  /** The latest run; null for an unknown execution, or for what is no execution of a flow. */
  describe(executionId: string): Promise<RunDescription | null>;
  /** All events of a run so far, payloads decoded by the codecs. Null when the run is unknown (past its retention). */
  history(executionId: string, runId: string): Promise<readonly HistoryEvent[] | null>;
  /** Resolves when the run has events beyond those that `cursor` stands for, or after about 20 s, or when aborted. */
  waitForEvents(
    executionId: string,
    runId: string,
    options: { cursor: Uint8Array | null; signal: AbortSignal },
  ): Promise<{ readonly cursor: Uint8Array | null }>;
  /** The argument that the latest run was started with. Throws execution_not_found. */
  input(executionId: string): Promise<RunFlowInput>;
  list(
    query: string,
    page: { readonly size: number; readonly cursor: Uint8Array | null },
  ): Promise<{ readonly items: readonly RunSummary[]; readonly cursor: Uint8Array | null }>;
  signal(executionId: string, name: string, argument?: Json): Promise<void>;
  cancel(executionId: string): Promise<void>;
  terminate(executionId: string, reason: string): Promise<void>;
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** Waits until the execution has ended, at most `ms`. False when it has not. */
  ended(executionId: string, ms: number): Promise<boolean>;
  /** How the queue stands that the workers take work from; may be a few seconds old. */
  queue(): Promise<QueueState>;
  /** Rejects when Temporal does not answer. */
  ping(): Promise<void>;
}

export interface StartRun {
  readonly executionId: string;
  readonly input: RunFlowInput;
  readonly memo: RunMemo;
  /** An ended execution of this id may go on in a new run (rollback). */
  readonly again?: true;
}

/** Kept beside the run in Temporal's memo. */
export interface RunMemo {
  /** Hash of the request that started the execution: what an idempotency key stands for. */
  readonly request?: string;
  /** The run before, where a rollback after the end started a new chain. */
  readonly previous_run?: string;
  /** The step that a run started for a rollback goes back to; null where the run itself rolls back, after compensating. */
  readonly rolled_back_to?: string | null;
  /** The audit intent that started it: a reconciler learns from it whether the start took place. */
  readonly intent?: string;
}

export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | 'continued';

export interface RunSummary {
  readonly executionId: string;
  readonly runId: string;
  readonly flow: string;
  readonly status: RunStatus;
  /** Value of WeirStatus. */
  readonly shown: string | null;
  readonly version: string;
  readonly environment: string;
  /** Null where there is one organisation. */
  readonly organisation: string | null;
  readonly tags: readonly string[];
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export interface RunDescription extends RunSummary {
  readonly events: number;
  readonly memo: RunMemo;
  readonly pending: readonly PendingCall[];
  readonly task?: PendingTask | null;
  /** Temporal has forgotten it: the archive tells it. It can be read and re-run, but no longer be rolled back. */
  readonly archived?: true;
}

export interface QueueState {
  readonly name: string;
  /** Workers that have asked for work in the last minute or so. */
  readonly workers: number;
  /** Tasks that nobody has taken yet, about. */
  readonly backlog: number;
  /** How long the oldest of them waits, ms. */
  readonly oldestMs: number;
}

/** A workflow task that has not ended. */
export interface PendingTask {
  /** When it was given out. */
  readonly since: Date | null;
  /** A worker has taken it. */
  readonly started: boolean;
  /** Above 1: workers have failed on it. */
  readonly attempt: number;
}

/** An activity that has not ended. `id` is the step's address. */
export interface PendingCall {
  readonly id: string;
  readonly attempt: number;
  /** True between two attempts. */
  readonly waiting: boolean;
  readonly nextAttemptAt: Date | null;
  readonly lastFailure: ErrorInfo | null;
  /** Due since, and no worker has taken it. */
  readonly untakenSince?: Date;
}

export interface UpdateRequest {
  readonly executionId: string;
  readonly name: string;
  /** The same id counts once. */
  readonly id: string;
  readonly argument: Json;
}

/** `refused`: the workflow's validator or handler said no, with a code. `ended`: there is no run that could take it. */
export type UpdateAnswer =
  | { readonly kind: 'done'; readonly result: Json }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'ended' };
