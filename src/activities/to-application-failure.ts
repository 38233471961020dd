// The one place where errors become Temporal failures. What the workflow gets: type = code, message, details = [ErrorInfo],
// and Temporal's own retry told when to come again, or not to.
import { ApplicationFailure } from '@temporalio/common';
import { ActionError } from '../adapters/action-error.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { ActionRequest, ErrorInfo } from './contract.ts';
import { retryDelay } from './retry-delay.ts';
import type { Masker } from './secrets/masker.ts';

export interface FailureContext {
  readonly request: ActionRequest;
  /** 1-based, over all activities of the step. */
  readonly attempt: number;
  readonly now: number;
  readonly random: () => number;
  readonly masker: Masker;
}

/** Details beyond this are cut: they travel in the failure, which Temporal bounds. Bytes of JSON. */
const MAX_DETAILS_BYTES = 32 * 1024;
const MAX_MESSAGE_LENGTH = 2000;

export function toApplicationFailure(thrown: unknown, context: FailureContext): ApplicationFailure {
  const { request, masker } = context;
  const error = judged(asActionError(thrown), request);
  const info: ErrorInfo = {
    code: error.code,
    message: masker.text(error.message).slice(0, MAX_MESSAGE_LENGTH),
    ...(error.status !== undefined && { status: error.status }),
    adapter: request.adapter,
    action: request.action,
    step: request.step,
    attempt: context.attempt,
    retryable: error.retryable,
    ...(error.details !== undefined && { details: boundedDetails(error.details, masker) }),
  };
  // An outcome nobody knows is final whatever `retry.on` says: sending again might do it twice.
  // A worker that went away is the interpreter's business where the call is covered: it starts the call anew and counts no attempt.
  const final = error.code === OUTCOME_UNKNOWN || (error.code === WORKER_LOST && request.covered);
  const delay = final
    ? null
    : retryDelay({ ...context, retry: request.retry, error, firstAttemptAt: request.firstAttemptAt });
  // No `cause`: its message and stack would travel unmasked.
  return ApplicationFailure.create({
    type: info.code,
    message: info.message,
    details: [info],
    nonRetryable: delay === null,
    ...(delay !== null && { nextRetryDelay: delay }),
  });
}

const OUTCOME_UNKNOWN = 'outcome_unknown';
const WORKER_LOST = 'worker_lost';

/** Turns an ambiguous end of a call that is not covered into `outcome_unknown`. */
function judged(error: ActionError, request: ActionRequest): ActionError {
  if (error.outcome !== 'unknown' || request.covered) return error;
  const { code, message, status, details } = error;
  return new ActionError({
    code: OUTCOME_UNKNOWN,
    message: `It is not known whether ${request.adapter}.${request.action} was carried out, and it can't be sent twice: ${message}`,
    status,
    outcome: 'unknown',
    details: {
      error: { code, message, ...(status !== undefined && { status }), ...(details !== undefined && { details }) },
    },
  });
}

/** Anything can be thrown. What is no ActionError is a fault of the adapter. */
function asActionError(thrown: unknown): ActionError {
  if (thrown instanceof ActionError) return thrown;
  return new ActionError({ code: 'adapter_error', message: describe(thrown) });
}

function describe(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
  if (typeof thrown === 'string') return thrown;
  try {
    return `The adapter threw ${JSON.stringify(thrown) ?? String(thrown)}.`;
  } catch {
    return 'The adapter threw something that is no error.';
  }
}

function boundedDetails(details: Json, masker: Masker): Json {
  try {
    const masked = masker.json(details);
    const text = JSON.stringify(masked);
    if (text === undefined) return null;
    return text.length <= MAX_DETAILS_BYTES
      ? (JSON.parse(text) as Json)
      : { truncated: text.slice(0, MAX_DETAILS_BYTES) };
  } catch {
    return null; // an adapter's details that are no JSON must not hide the error itself
  }
}
