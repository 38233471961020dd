import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResolvedRetry } from './contract.ts';
import { type RetryQuestion, retryDelay } from './retry-delay.ts';

const retry: ResolvedRetry = {
  attempts: 10,
  backoff: 'exponential',
  initialMs: 1000,
  factor: 2,
  maxIntervalMs: 60_000,
  jitter: 0,
};
function ask(over: Partial<ResolvedRetry> = {}, question: Partial<RetryQuestion> = {}): number | null {
  return retryDelay({
    retry: { ...retry, ...over },
    error: { code: 'http_503', retryable: true },
    attempt: 1,
    now: 0,
    firstAttemptAt: 0,
    random: () => 0.5,
    ...question,
  });
}
const series = (over: Partial<ResolvedRetry>, count = 5): (number | null)[] =>
  Array.from({ length: count }, (_, index) => ask(over, { attempt: index + 1 }));

test('waits grow as declared', () => {
  expect(series({})).toEqual([1000, 2000, 4000, 8000, 16_000]);
  expect(series({ factor: 3 }, 3)).toEqual([1000, 3000, 9000]);
  expect(series({ backoff: 'linear' })).toEqual([1000, 2000, 3000, 4000, 5000]);
  expect(series({ backoff: 'constant' }, 3)).toEqual([1000, 1000, 1000]);
  expect(series({ maxIntervalMs: 3000 }, 4)).toEqual([1000, 2000, 3000, 3000]);
});

test('attempts counts the first try', () => {
  expect(ask({ attempts: 1 })).toBeNull();
  expect(series({ attempts: 3 }, 4)).toEqual([1000, 2000, null, null]);
});

test('on replaces the judgement, not_on takes from it', () => {
  expect(ask({ on: ['http_503'] })).toBe(1000);
  expect(ask({ on: ['timeout'] })).toBeNull();
  expect(ask({ on: ['http_404'] }, { error: { code: 'http_404', retryable: false } })).toBe(1000);
  expect(ask({}, { error: { code: 'http_404', retryable: false } })).toBeNull();
  expect(ask({ notOn: ['http_503'] })).toBeNull();
  expect(ask({ on: ['http_503'], notOn: ['http_503'] })).toBeNull();
});

test('Retry-After is honoured up to max_interval or five minutes, and never shortens a wait', () => {
  const asked = (retryAfterMs: number, over: Partial<ResolvedRetry> = {}): number | null =>
    ask(over, { error: { code: 'http_429', retryable: true, retryAfterMs } });
  expect(asked(7000)).toBe(7000);
  expect(asked(10)).toBe(1000);
  expect(asked(3_600_000)).toBe(300_000);
  expect(asked(3_600_000, { maxIntervalMs: 600_000 })).toBe(600_000);
  expect(asked(7000, { maxIntervalMs: 1000 })).toBe(7000);
});

test('max_duration counts from the first attempt and includes the wait', () => {
  expect(ask({ maxDurationMs: 5000 }, { now: 4000, firstAttemptAt: 0 })).toBe(1000);
  expect(ask({ maxDurationMs: 5000 }, { now: 4001, firstAttemptAt: 0 })).toBeNull();
});

test('jitter shakes by its share to both sides, and delays stay within 1 ms and max_interval', () => {
  expect(ask({ jitter: 0.2 }, { random: () => 0 })).toBe(800);
  expect(ask({ jitter: 0.2 }, { random: () => 0.999999 })).toBe(1200);
  fc.assert(
    fc.property(
      fc.record({
        attempt: fc.integer({ min: 1, max: 200 }),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }),
        initialMs: fc.integer({ min: 0, max: 1e6 }),
        factor: fc.double({ min: 1, max: 10, noNaN: true }),
        backoff: fc.constantFrom('exponential', 'linear', 'constant'),
        random: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
      ({ attempt, random, ...over }) => {
        const delay = ask({ ...over, attempts: 1000 }, { attempt, random: () => random });
        expect(delay).toBeGreaterThanOrEqual(1);
        expect(delay).toBeLessThanOrEqual(60_000);
      },
    ),
  );
});
