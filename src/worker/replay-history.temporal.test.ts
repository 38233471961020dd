import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { findTemporal } from '../../temporal/find-temporal.ts';
import { logAdapter } from '../adapters/log/index.ts';
import { compile } from '../dsl/index.ts';
import type { RunFlowInput } from '../workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../workflows/interpreter/behaviours.ts';
import { createWorker } from './create-worker.ts';
import { installRuntime } from './install-runtime.ts';
import { replayHistory } from './replay-history.ts';

const SOURCE = `flow: replayed
version: 1.0.0
steps:
  - greet: { adapter: log, action: write, params: { message: hello } }
  - wait: 10ms
output: { said: $greet.message }
`;

test('a recorded history replays and tells its steps; one of other code does not', async () => {
  installRuntime((level, message) => console.error(level, message));
  const { ir } = compile(SOURCE, { adapters: new Map([['log', logAdapter.manifest]]), actions: {}, flows: new Map() });
  if (ir === undefined) throw new Error('the flow has errors');
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const { workflow } = new Client({ connection });
  const taskQueue = `replay-history-${randomUUID()}`;
  const workflowId = randomUUID();
  const trigger = { type: 'manual', source: 'api', id: 't1', time: new Date(0).toISOString(), data: {}, headers: {} };
  const input: RunFlowInput = {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow: ir,
    flows: {},
    input: {},
    trigger,
    environment: 'default',
    config: {},
    tags: [],
  };
  const worker = await createWorker({
    connection,
    taskQueue,
    activities: { default: async () => ({ message: 'hi' }) },
  });
  await worker.runUntil(workflow.execute('replayed', { workflowId, taskQueue, args: [input] }));
  const recorded = await record(workflowId);
  await connection.close();

  const replayed = await replayHistory(recorded);
  expect(replayed).toMatchObject({
    fault: null,
    status: 'completed',
    output: { said: 'hi' },
    input: { flow: { name: 'replayed' } },
  });
  expect(replayed.trace.filter((event) => event.type === 'step.completed').map((event) => event.step)).toEqual([
    'greet',
    'steps/1',
  ]);

  const other: unknown = JSON.parse(
    JSON.stringify(recorded).replaceAll('"activityId":"greet"', '"activityId":"other"'),
  );
  expect((await replayHistory(other)).fault).toMatch(/^\[TMPRL1100\] .*'other' does not match/);
  await expect(replayHistory({ events: [] })).rejects.toThrow('it holds no events');
});

/** As people record one. */
async function record(workflowId: string): Promise<unknown> {
  const temporal = await findTemporal({ env: process.env, log: () => undefined });
  const show = [
    'workflow',
    'show',
    '--address',
    inject('temporalAddress'),
    '--workflow-id',
    workflowId,
    '--output',
    'json',
  ];
  const { stdout } = await promisify(execFile)(temporal, show, { maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout) as unknown;
}
