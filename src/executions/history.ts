import type { Memo } from '../workflows/interpreter/memo.ts';
import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import type { ExecutionStatus, RunFlowInput, ErrorInfo } from '../workflows/contract.ts';
import type { Json } from '../dsl/ir/json.ts';

/** A history event as Temporal's proto, payloads decoded by the codec (still payloads). */
export type HistoryEvent = import('@temporalio/proto').temporal.api.history.v1.IHistoryEvent;

/** A trace event with its place in the stream: `id` is unique and ordered within the execution (`<run>.<n>`). */
export type TracedEvent = TraceEvent & { readonly id: string };

/**
 * Runs the interpreter over the histories of an execution's runs, oldest first, on the host: the read model.
 * Feed it as much as there is; feed it more later (server-sent events). Nothing is written.
 */
export interface HistoryReader {
  /** Events of run number `run` (0, 1, … in order), in order, without gaps. Resolves when the interpreter has come to rest. */
  push(run: number, events: readonly HistoryEvent[]): Promise<void>;
  readonly input: RunFlowInput;
  readonly status: ExecutionStatus;
  readonly output: Json | null;
  readonly error: ErrorInfo | null;
  readonly trace: readonly TracedEvent[];
  /** The memo as it stands now; unpruned within the runs fed. */
  memo(): Memo;
  /** Attempts of each call by step address, and a pending call's last failure. */
  readonly attempts: ReadonlyMap<string, { attempts: number; lastFailure?: ErrorInfo }>;
}
/** Implemented by workflows/host/history-reader. */
export type CreateHistoryReader = (executionId: string) => HistoryReader;
