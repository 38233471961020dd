import { isGrpcServiceError, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { Problem } from '../problems/problem.ts';

/** gRPC's status codes that mean something to a caller (https://grpc.io/docs/guides/status-codes/). */
const GRPC = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unavailable: 14,
} as const;

/** The one place that turns errors of the Temporal client into problems. What it does not know is passed on: a defect. */
export function temporalProblem(error: unknown, executionId?: string): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof WorkflowNotFoundError) return notFound(executionId, error);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return noWorker(error);
  const cause = grpcCause(error);
  switch (cause?.code) {
    case undefined:
      return error;
    case GRPC.notFound:
      return notFound(executionId, error);
    case GRPC.resourceExhausted:
      return new Problem('overloaded', 'Temporal takes no more requests at the moment.', { cause: error });
    case GRPC.cancelled:
    case GRPC.deadlineExceeded:
    case GRPC.unavailable:
      return new Problem(
        'temporal_unavailable',
        'Temporal did not answer. What was asked for may or may not have happened; asking again is safe.',
        { cause: error },
      );
    // An update can't be taken while the workers fail or time out.
    case GRPC.failedPrecondition:
      return noWorker(error);
    case GRPC.invalidArgument:
      return new Problem('invalid_request', `Temporal refuses the request: ${cause?.details ?? ''}`, { cause: error });
    default:
      return error;
  }
}

/** The answer when an update was not accepted in time: the caller keeps what was sent, and sends it again. */
export function noWorker(cause?: unknown): Problem {
  return new Problem(
    'no_worker',
    'No worker took the message in time. It may still be taken: look at the execution, or send the same again.',
    {
      cause,
    },
  );
}

export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || grpcCause(error)?.code === GRPC.notFound;
}
/** Too many updates of one execution in flight, too many requests, or a workflow task that failed and is tried again. */
export function isPassing(error: unknown): boolean {
  const code = grpcCause(error)?.code;
  return code === GRPC.resourceExhausted || code === GRPC.failedPrecondition;
}

function notFound(executionId: string | undefined, cause: unknown): Problem {
  return new Problem(
    'execution_not_found',
    executionId === undefined ? 'There is no such execution.' : `There is no execution ${executionId}.`,
    { cause },
  );
}

function grpcCause(error: unknown): { readonly code: number; readonly details: string } | undefined {
  if (isGrpcServiceError(error)) return error;
  if (error instanceof ServiceError && isGrpcServiceError(error.cause)) return error.cause;
  return undefined;
}
