import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { ActionError } from '../action-error.ts';
import type { HttpAnswer } from './client.ts';
import { decodeText, isJsonType } from './decode-body.ts';
import { retryAfterMs } from './retry-after.ts';

/** Bytes of a refused answer's body that go into the error's details. */
export const ERROR_BODY_BYTES = 4096;

/** Whether trying again may help: 408, 425, 429, and 5xx but 501. */
export function statusIsRetryable(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599 && status !== 501);
}

/** 500, 502, 504: the request may have been carried out all the same. */
export function statusIsAmbiguous(status: number): boolean {
  return status === 500 || status === 502 || status === 504;
}

/** The error `http_<status>` for an answer that is not among the wanted ones. */
export function statusError(answer: HttpAnswer, request: { method: string; url: URL }): ActionError {
  const place = `${request.url.origin}${request.url.pathname}`;
  return new ActionError({
    code: `http_${answer.status}`,
    message: `${request.method} ${place} answered ${answer.status}.`,
    status: answer.status,
    retryable: statusIsRetryable(answer.status),
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()),
    outcome: statusIsAmbiguous(answer.status) ? 'unknown' : 'failed',
    details: errorDetails(answer, request.method, place),
  });
}

function errorDetails(answer: HttpAnswer, method: string, url: string): JsonObject {
  const cut = answer.truncated || answer.body.length > ERROR_BODY_BYTES;
  return { method, url, body: boundedBody(answer), ...(cut ? { body_truncated: true } : {}) };
}

function boundedBody(answer: HttpAnswer): Json {
  if (answer.body.length === 0) return null;
  const text = decodeText(answer.body.subarray(0, ERROR_BODY_BYTES), answer.headers);
  if (answer.truncated || answer.body.length > ERROR_BODY_BYTES || !isJsonType(answer.headers)) return text;
  try {
    return JSON.parse(text) as Json; // JSON.parse gives JSON
  } catch {
    return text;
  }
}
