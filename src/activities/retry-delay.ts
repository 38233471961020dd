import type { ResolvedRetry } from './contract.ts';

export interface RetryQuestion {
  readonly retry: ResolvedRetry;
  readonly error: { readonly code: string; readonly retryable: boolean; readonly retryAfterMs?: number | undefined };
  /** The attempt that has just failed, 1-based, over all activities of the step. */
  readonly attempt: number;
  readonly now: number;
  /** When the step's first attempt began: `max_duration` counts from there. Both in ms since the epoch. */
  readonly firstAttemptAt: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** A `Retry-After` is honoured up to this, even where `max_interval` is shorter. */
const RETRY_AFTER_MS = 5 * 60_000;

/** Milliseconds to wait before the next attempt (at least 1), or null when there is none. */
export function retryDelay(question: RetryQuestion): number | null {
  const { retry, error, attempt } = question;
  if (attempt >= retry.attempts) return null;
  if (!(retry.on === undefined ? error.retryable : retry.on.includes(error.code))) return null;
  if (retry.notOn?.includes(error.code) === true) return null;
  const asked = Math.min(error.retryAfterMs ?? 0, Math.max(retry.maxIntervalMs, RETRY_AFTER_MS));
  const delay = Math.max(1, Math.round(Math.max(backoff(question), asked)));
  if (retry.maxDurationMs !== undefined && question.now + delay - question.firstAttemptAt > retry.maxDurationMs) return null;
  return delay;
}

/** The n-th wait: grown, then shaken by ± jitter, never above `max_interval`. */
function backoff({ retry, attempt, random }: RetryQuestion): number {
  const grown = {
    exponential: retry.initialMs * retry.factor ** (attempt - 1),
    linear: retry.initialMs * attempt,
    constant: retry.initialMs,
  }[retry.backoff];
  const shaken = Math.min(grown, retry.maxIntervalMs) * (1 + retry.jitter * (2 * random() - 1));
  return Math.min(shaken, retry.maxIntervalMs);
}
