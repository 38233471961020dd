import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { createWorker } from './create-worker.ts';
import { installRuntime } from './install-runtime.ts';

test('any workflow type runs the default export, any activity type the default activity', async () => {
  installRuntime((level, message) => console.error(level, message));
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const taskQueue = 'create-worker-test';
  const workflowsPath = `${import.meta.dirname}/testdata/echo-workflow.ts`;
  const worker = await createWorker({
    connection,
    taskQueue,
    workflowsPath,
    activities: { default: async (text: string) => `${text}!` },
  });
  const client = new Client({ connection });
  const output = await worker.runUntil(
    client.workflow.execute('customer-support', {
      workflowId: `create-worker-${Date.now()}`,
      taskQueue,
      args: ['hello'],
      requestEagerStart: true,
    }),
  );
  expect(output).toEqual({ type: 'customer-support', answer: 'hello!', matched: true, sum: 3 });
  await connection.close();
});
