import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { ErrorInfo } from '../../activities/contract.ts';
import { CancelledError } from '../interpreter/cancel.ts';
import { FlowError } from '../interpreter/flow-error.ts';

interface Place {
  readonly step?: string;
  readonly adapter?: string;
  readonly action?: string;
}

/** Temporal's failure of a call or child, as the flow sees it. What is no failure of Temporal's stays as it is: our bug. */
export function fromTemporal(error: unknown, place: Place): unknown {
  if (
    error instanceof CancelledFailure ||
    (error instanceof ActivityFailure && error.cause instanceof CancelledFailure)
  )
    return new CancelledError('cancelled');
  const at = {
    ...(place.step !== undefined && { step: place.step }),
    ...(place.adapter !== undefined && { adapter: place.adapter }),
    ...(place.action !== undefined && { action: place.action }),
  };
  // A local activity's failure comes without an ActivityFailure around it.
  if (error instanceof ApplicationFailure || error instanceof TimeoutFailure)
    return fromCause(error, at, { isChild: false });
  if (!(error instanceof ActivityFailure || error instanceof ChildWorkflowFailure)) return error;
  return fromCause(error.cause, at, { isChild: error instanceof ChildWorkflowFailure });
}

/** The same for the failure itself, as it stands in a history. */
export function fromCause(cause: unknown, at: Place, options: { isChild: boolean }): FlowError {
  if (cause instanceof ApplicationFailure) {
    const info = fromApplicationFailure(cause, at, options.isChild);
    // A worker that was shut down in mid-call says so itself.
    return new FlowError(info, info.code === 'worker_lost' ? { lostAttempt: info.attempt ?? 1 } : {});
  }
  if (cause instanceof TimeoutFailure) return fromTimeout(cause, at);
  if (cause instanceof CancelledFailure)
    return new FlowError({ ...at, code: 'cancelled', message: 'the sub-flow was cancelled', retryable: false });
  if (cause instanceof TerminatedFailure)
    return new FlowError({ ...at, code: 'terminated', message: 'the sub-flow was terminated', retryable: false });
  return new FlowError({
    ...at,
    code: 'adapter_error',
    message: cause instanceof Error ? cause.message : 'the call failed',
    retryable: false,
  });
}

function fromApplicationFailure(failure: ApplicationFailure, at: Place, isChild: boolean): ErrorInfo {
  const info = failure.details?.[0] as Partial<ErrorInfo> | undefined; // our activities and workflows put it there
  const known =
    info !== undefined && info !== null && typeof info.code === 'string' && typeof info.message === 'string'
      ? info
      : null;
  if (known === null)
    return {
      ...at,
      code: failure.type === 'NotFoundError' ? 'adapter_unavailable' : (failure.type ?? 'adapter_error'),
      message: failure.message,
      retryable: false,
    };
  // A child's error keeps its code and cause; its place is the child's own, so the parent's step is where it shows.
  return isChild ? { ...(known as ErrorInfo), ...at } : { ...at, ...(known as ErrorInfo) };
}

function fromTimeout(failure: TimeoutFailure, at: Place): FlowError {
  const beat = failure.lastHeartbeatDetails as { attempt?: unknown } | null | undefined; // what run-action beats with
  const attempt = typeof beat?.attempt === 'number' ? beat.attempt : 1;
  if (failure.timeoutType === 'HEARTBEAT')
    return new FlowError(
      { ...at, code: 'worker_lost', message: 'the worker was lost during the call', attempt, retryable: true },
      { lostAttempt: attempt },
    );
  return new FlowError(
    {
      ...at,
      code: 'timeout',
      status: 408,
      message: `the call took too long (${failure.timeoutType})`,
      attempt,
      retryable: true,
    },
    failure.timeoutType === 'START_TO_CLOSE' ? { lostAttempt: attempt } : {},
  );
}
