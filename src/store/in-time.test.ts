import { expect, test, vi } from 'vitest';
import { inTime } from './in-time.ts';

test('what never answers is given up in time, and says so; what answers is handed on', async () => {
  vi.useFakeTimers();
  const hung = inTime(new Promise(() => undefined), 18_000, 'too late');
  const refused = expect(hung).rejects.toMatchObject({ code: 'store_unavailable', message: 'too late' });
  await vi.advanceTimersByTimeAsync(18_000);
  await refused;
  expect(await inTime(Promise.resolve(7), 1, 'x')).toBe(7);
  await expect(inTime(Promise.reject(new Error('own')), 1, 'x')).rejects.toThrow('own');
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
