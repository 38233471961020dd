import { CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { ActionError } from '../adapters/action-error.ts';
import { demoAdapter, failed, run } from './testdata/requests.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('bounds', () => {
  test('an adapter that ignores its signal is left behind when the attempt takes too long', async () => {
    const begun = Date.now();
    const { info, failure } = await failed(
      run({ adapter: demoAdapter(never), request: { attemptTimeoutMs: 100, covered: true } }),
    );
    expect(Date.now() - begun).toBeLessThan(1000);
    expect(info).toMatchObject({ code: 'timeout', status: 408, retryable: true });
    expect(failure.nonRetryable).toBe(false);
  });

  test('a time-out of a call that is not covered is outcome_unknown, unless the adapter knows that nothing was sent', async () => {
    expect((await failed(run({ adapter: demoAdapter(never), request: { attemptTimeoutMs: 50 } }))).info).toMatchObject({
      code: 'outcome_unknown',
      status: 408,
      details: { error: { code: 'timeout' } },
    });
    const connecting = demoAdapter(
      (_params, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () =>
            reject(new ActionError({ code: 'timeout', message: 'no connection', outcome: 'not_sent' })),
          );
        }),
    );
    expect((await failed(run({ adapter: connecting, request: { attemptTimeoutMs: 50 } }))).info).toMatchObject({
      code: 'timeout',
      retryable: true,
    });
  });

  test('heartbeats come by themselves, but not for quick calls', async () => {
    let beats = 0;
    const slow = demoAdapter(() => new Promise((resolve) => setTimeout(() => resolve(1), 130)));
    await run({ adapter: slow, deps: { heartbeatMs: 40 }, heartbeat: () => (beats += 1) });
    expect(beats).toBeGreaterThanOrEqual(2);
    const before = beats;
    await run({ adapter: demoAdapter(() => 1), deps: { heartbeatMs: 40 }, heartbeat: () => (beats += 1) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(beats).toBe(before);
  });

  test('cancelled: the signal is aborted, and it ends quickly even when nobody listens', async () => {
    for (const listens of [true, false]) {
      const controller = new AbortController();
      let aborted = false;
      const adapter = demoAdapter(
        (_params, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              if (listens) reject(new Error('stopped'));
            });
          }),
      );
      setTimeout(() => controller.abort(new CancelledFailure('CANCELLED')), 30);
      const begun = Date.now();
      await expect(run({ adapter, cancellation: controller.signal })).rejects.toBeInstanceOf(CancelledFailure);
      expect(aborted).toBe(true);
      expect(Date.now() - begun).toBeLessThan(600);
    }
  });

  test('work that is done in spite of a cancellation counts', async () => {
    const controller = new AbortController();
    const adapter = demoAdapter(
      (_params, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('done'))),
    );
    setTimeout(() => controller.abort(new CancelledFailure('CANCELLED')), 20);
    expect(await run({ adapter, cancellation: controller.signal })).toBe('done');
  });

  test('a worker that shuts down is a lost worker for covered calls and an unknown outcome for others', async () => {
    const shutdown = (): AbortSignal => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new CancelledFailure('WORKER_SHUTDOWN')), 20);
      return controller.signal;
    };
    const covered = await failed(
      run({ adapter: demoAdapter(never), cancellation: shutdown(), request: { covered: true } }),
    );
    expect(covered.info.code).toBe('worker_lost');
    expect(covered.failure.nonRetryable).toBe(true);
    expect((await failed(run({ adapter: demoAdapter(never), cancellation: shutdown() }))).info.code).toBe(
      'outcome_unknown',
    );
  });
});
