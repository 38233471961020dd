import type { Json } from '../dsl/ir/json.ts';
import type { ExecutionView } from '../executions/view.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

/** Exit code for each status; null while an execution goes on. */
const OUTCOMES: Readonly<Record<ExecutionStatus, ExitCode | null>> = {
  running: null,
  waiting: null,
  paused: null,
  completed: EXIT_CODES.ok,
  failed: EXIT_CODES.failed,
  cancelled: EXIT_CODES.cancelled,
  terminated: EXIT_CODES.terminated,
  timed_out: EXIT_CODES.timedOut,
};

/** Exit code for how an execution ended; `failed` for one that has not. */
export function exitCodeOf(execution: Pick<ExecutionView, 'status'>): ExitCode {
  return OUTCOMES[execution.status] ?? EXIT_CODES.failed;
}

/** True when the answer is an execution that has ended. */
export function hasEnded(answer: Json): boolean {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return false;
  const status = answer['status'];
  return typeof status === 'string' && status in OUTCOMES && OUTCOMES[status as ExecutionStatus] !== null; // `in` has checked it
}
