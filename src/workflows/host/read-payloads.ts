import {
  DefaultFailureConverter,
  defaultPayloadConverter,
  fromPayloadsAtIndex,
  type Payload,
} from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { Json } from '../../dsl/ir/json.ts';
import type { HistoryEvent } from '../../executions/history.ts';

export type Failure = temporal.api.failure.v1.IFailure;

/** The first payload, decoded; null where there is none. */
export const first = (payloads: { payloads?: unknown[] | null } | null | undefined): Json =>
  fromPayloadsAtIndex<Json | undefined>(
    defaultPayloadConverter,
    0,
    payloads?.payloads as Payload[] | null | undefined,
  ) ?? null;

/** The summary that a command was given, or an empty text. */
export function summaryOf(event: HistoryEvent): string {
  const summary = event.userMetadata?.summary;
  return summary ? defaultPayloadConverter.fromPayload<string>(summary) : '';
}

/** A failure of the history as the SDK's error; of a wrapper for activities or children its cause. */
export function toError(failure: Failure | null | undefined): unknown {
  if (!failure) return undefined;
  const inner = failure.activityFailureInfo || failure.childWorkflowExecutionFailureInfo ? failure.cause : failure;
  return inner ? new DefaultFailureConverter().failureToError(inner, defaultPayloadConverter) : undefined;
}
