import { Problem } from '../problems/problem.ts';
import { type ExecutionStatus, SIGNALS } from '../workflows/contract.ts';
import { statusOf } from './execution-view.ts';
import type { RunDescription, Runs } from './runs.ts';

export type SteerOperation = 'cancel' | 'terminate' | 'pause' | 'resume';
export interface Steered {
  readonly execution_id: string;
  /** As it was when the operation was accepted; it takes effect right after. */
  readonly status: ExecutionStatus;
}

/** Each may be repeated: pausing what is paused changes nothing. Durable when it resolves. Throws execution_not_found, execution_ended. */
export async function steerExecution(runs: Runs, executionId: string, operation: SteerOperation): Promise<Steered> {
  const run = await openRun(runs, executionId);
  try {
    await SEND[operation](runs, executionId);
  } catch (error) {
    if (error instanceof Problem && error.code === 'execution_not_found') throw ended(executionId, error); // it ended in between
    throw error;
  }
  return { execution_id: executionId, status: operation === 'terminate' ? 'terminated' : statusOf(run, null) };
}

const SEND: Readonly<Record<SteerOperation, (runs: Runs, executionId: string) => Promise<void>>> = {
  cancel: (runs, id) => runs.cancel(id),
  terminate: (runs, id) => runs.terminate(id, 'terminated by request'),
  pause: (runs, id) => runs.signal(id, SIGNALS.pause),
  resume: (runs, id) => runs.signal(id, SIGNALS.resume),
};

/** The latest run of an execution that has not ended. Throws execution_not_found, execution_ended. */
export async function openRun(runs: Runs, executionId: string): Promise<RunDescription> {
  const run = await runs.describe(executionId);
  if (run === null) throw new Problem('execution_not_found', `There is no execution ${executionId}.`);
  if (run.status !== 'running' && run.status !== 'continued') throw ended(executionId);
  return run;
}

export function ended(executionId: string, cause?: unknown): Problem {
  return new Problem('execution_ended', `Execution ${executionId} has ended.`, { cause });
}
