import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { newExecutionId } from './execution-id.ts';
import { listExecutions } from './list-executions.ts';
import type { Runs } from './runs.ts';
import { createTemporalRuns } from './temporal-runs.ts';
import { flowOf, inputOf } from './testdata/fake-runs.ts';

let connection: Connection;
let runs: Runs;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  // A queue that nobody works on.
  runs = createTemporalRuns({ client: new Client({ connection }), taskQueue: `nobody-${Date.now()}`, updateMs: 1_500 });
});
afterAll(() => connection.close());

const flow = flowOf('flow: unworked\ntags: [x]\nsteps:\n  - wait: 1s\n');

describe('without a worker', () => {
  test('a start is durable, shows, and is refused a second time', async () => {
    const executionId = newExecutionId(Date.now());
    const start = { executionId, input: inputOf(flow, { tags: ['t'] }), memo: { request: 'r' } };
    expect(await runs.start(start)).toBe('started');
    expect(await runs.start(start)).toBe('exists');
    expect(await runs.describe(executionId)).toMatchObject({
      executionId,
      flow: 'unworked',
      status: 'running',
      shown: 'running',
      version: '1.0.0',
      environment: 'default',
      tags: ['t'],
      memo: { request: 'r' },
      pending: [],
    });
    expect((await runs.input(executionId)).flow).toEqual(flow);
    expect(await runs.ended(executionId, 300)).toBe(false);
  });

  test('an update is not lost silently: no_worker', async () => {
    const executionId = newExecutionId(Date.now());
    await runs.start({ executionId, input: inputOf(flow), memo: {} });
    const begun = Date.now();
    await expect(runs.update({ executionId, name: 'weir.event', id: 'e', argument: {} })).rejects.toMatchObject({
      code: 'no_worker',
    });
    expect(Date.now() - begun).toBeLessThan(4_000);
    await runs.terminate(executionId, 'test');
    expect(await runs.ended(executionId, 5_000)).toBe(true);
    expect(await runs.update({ executionId, name: 'weir.event', id: 'f', argument: {} })).toEqual({ kind: 'ended' });
    expect(await runs.describe(executionId)).toMatchObject({ status: 'terminated' });
  });

  test('an ended execution goes on in a new run only when asked to', async () => {
    const executionId = newExecutionId(Date.now());
    const start = { executionId, input: inputOf(flow), memo: {} };
    await runs.start(start);
    expect(await runs.start({ ...start, again: true })).toBe('exists');
    const before = await runs.describe(executionId);
    await runs.terminate(executionId, 'test');
    expect(await runs.start(start)).toBe('exists');
    expect(await runs.start({ ...start, memo: { previous_run: before?.runId ?? '' }, again: true })).toBe('started');
    expect(await runs.describe(executionId)).toMatchObject({
      status: 'running',
      memo: { previous_run: before?.runId },
    });
  });
});

test('what is not there', async () => {
  const executionId = newExecutionId(Date.now());
  expect(await runs.describe(executionId)).toBeNull();
  expect(await runs.history(executionId, '00000000-0000-0000-0000-000000000000')).toBeNull();
  await expect(runs.input(executionId)).rejects.toMatchObject({ code: 'execution_not_found' });
  await expect(runs.cancel(executionId)).rejects.toMatchObject({ code: 'execution_not_found' });
  expect(await runs.update({ executionId, name: 'weir.event', id: 'e', argument: {} })).toEqual({ kind: 'ended' });
});

test('a Temporal that is away is a problem that says so, in time', async () => {
  const nowhere = Connection.lazy({ address: '127.0.0.1:1' });
  const away = createTemporalRuns({ client: new Client({ connection: nowhere }), callMs: 700, updateMs: 700 });
  const begun = Date.now();
  await expect(away.describe(newExecutionId(0))).rejects.toMatchObject({ code: 'temporal_unavailable' });
  await expect(away.ping()).rejects.toMatchObject({ code: 'temporal_unavailable' });
  await expect(away.start({ executionId: newExecutionId(0), input: inputOf(flow), memo: {} })).rejects.toMatchObject({
    code: 'temporal_unavailable',
  });
  await expect(
    away.update({ executionId: newExecutionId(0), name: 'weir.event', id: 'e', argument: {} }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/temporal_unavailable|no_worker/) });
  expect(Date.now() - begun).toBeLessThan(8_000);
});

test('the list is newest first, whatever ended when', async () => {
  const tag = `order-${Date.now()}`;
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push(newExecutionId(Date.now()));
    await runs.start({ executionId: ids[i] ?? '', input: inputOf(flow, { tags: [tag] }), memo: {} });
  }
  await runs.terminate(ids[2] ?? '', 'test');
  await runs.terminate(ids[0] ?? '', 'test');
  await expect
    .poll(
      async () => {
        const { items } = await listExecutions({ runs }, { tag }, { limit: 10, cursor: null, now: Date.now() });
        return items.map(({ execution_id, status }) => `${ids.indexOf(execution_id)} ${status}`);
      },
      { timeout: 10_000 },
    )
    .toEqual(['2 terminated', '1 running', '0 terminated']);
});
