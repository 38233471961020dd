import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { withLeanWorkflowThreads } from './lean-workflow-threads.ts';

const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: typeof Worker };
const PROBE = join(import.meta.dirname, 'testdata/promise-probe.cjs');
interface Seen {
  readonly promises: number;
  readonly store: string | undefined;
}
const probe = () =>
  new Promise<Seen>((resolve, reject) => new threads.Worker(PROBE).once('message', resolve).once('error', reject));

test('only threads that start meanwhile have no hook on the making of promises', async () => {
  expect((await withLeanWorkflowThreads(probe)).promises).toBe(0);
  expect((await probe()).promises).toBeGreaterThan(0);
});

test('AsyncLocalStorage goes on through what is awaited: cancellation scopes are made of it', async () => {
  expect((await withLeanWorkflowThreads(probe)).store).toBe('kept');
});

test('what fails inside comes out, and everything is as before', async () => {
  const before = threads.Worker;
  await expect(withLeanWorkflowThreads(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(threads.Worker).toBe(before);
});
