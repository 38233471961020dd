import type { ErrorInfo, ResolvedRetry } from '../../activities/contract.ts';

/**
 * Pause before the next attempt, ms, after `attempt` (1-based) has failed: dsl.md, section 6. `unit` in [0, 1) places
 * the delay within ± jitter, never above `max_interval`; the caller says where it comes from (the activity: random, the interpreter: a hash).
 */
export function backoffMs(retry: ResolvedRetry, attempt: number, unit: number): number {
  const grown = {
    constant: retry.initialMs,
    linear: retry.initialMs * attempt,
    exponential: retry.initialMs * retry.factor ** (attempt - 1),
  }[retry.backoff];
  const shaken = Math.min(grown, retry.maxIntervalMs) * (1 + retry.jitter * (2 * unit - 1));
  return Math.max(0, Math.round(Math.min(shaken, retry.maxIntervalMs)));
}

/** Whether the policy lets an error be tried again: `on` replaces the error's own judgement, `not_on` takes from it. */
export function mayRetry(retry: ResolvedRetry, error: Pick<ErrorInfo, 'code' | 'retryable'>): boolean {
  if (retry.notOn?.includes(error.code)) return false;
  return retry.on === undefined ? error.retryable === true : retry.on.includes(error.code);
}

/** A number in [0, 1) that depends on the text only (FNV-1a): jitter without randomness. */
export function hashUnit(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
