import { createRequire } from 'node:module';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { withLeanWorkflowThreads } from './lean-workflow-threads.ts';

const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: typeof Worker };
const PROBE = `const { parentPort } = require('node:worker_threads'); const v8 = require('node:v8');
  let told = 0; v8.promiseHooks.createHook({ init: () => told++ }); Promise.resolve().then(() => parentPort.postMessage(told));`;
const promisesSeen = () =>
  new Promise((resolve, reject) =>
    new threads.Worker(PROBE, { eval: true }).once('message', resolve).once('error', reject),
  );

test('only threads that start meanwhile have no promise hooks', async () => {
  expect(await withLeanWorkflowThreads(promisesSeen)).toBe(0);
  expect(await promisesSeen()).toBeGreaterThan(0);
});

test('what fails inside comes out, and everything is as before', async () => {
  const before = threads.Worker;
  await expect(withLeanWorkflowThreads(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(threads.Worker).toBe(before);
});
