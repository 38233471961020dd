import { backoffMs, mayRetry } from '../workflows/interpreter/retry.ts';
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
  if (!mayRetry(retry, error)) return null;
  const asked = Math.min(error.retryAfterMs ?? 0, Math.max(retry.maxIntervalMs, RETRY_AFTER_MS));
  const delay = Math.max(1, Math.round(Math.max(backoffMs(retry, attempt, question.random()), asked)));
  if (retry.maxDurationMs !== undefined && question.now + delay - question.firstAttemptAt > retry.maxDurationMs)
    return null;
  return delay;
}
