import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { newExecutionId } from '../executions/execution-id.ts';
import type { Runs } from '../executions/runs.ts';
import { scopedRuns } from '../executions/scoped-runs.ts';
import { createTemporalRuns } from '../executions/temporal-runs.ts';
import { flowOf, inputOf } from '../executions/testdata/fake-runs.ts';
import { recentRuns } from './recent-runs.ts';

let connection: Connection;
let runs: Runs;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  runs = createTemporalRuns({ client: new Client({ connection }), taskQueue: `nobody-${Date.now()}` });
});
afterAll(() => connection.close());

const name = `recent-${Date.now()}`;
const flow = flowOf(`flow: ${name}\nsteps:\n  - wait: 1s\n`);

test('Temporal lists what runs and what closed since the sweeper came by, of one organisation', async () => {
  const acme = scopedRuns(runs, 'acme');
  const [running, closed, foreign] = Array.from({ length: 3 }, () => newExecutionId(Date.now()));
  for (const executionId of [running ?? '', closed ?? ''])
    await acme.start({ executionId, input: inputOf(flow, { environment: 'prod' }), memo: {} });
  await scopedRuns(runs, 'other').start({ executionId: foreign ?? '', input: inputOf(flow), memo: {} });
  await acme.terminate(closed ?? '', 'test');
  const ids = async (archivedUntil: number) =>
    new Set(
      (await recentRuns(acme, { archivedUntil: async () => archivedUntil })(name, null)).map((run) => run.executionId),
    );
  await vi.waitFor(async () => expect(await ids(Date.now())).toEqual(new Set([running, closed])), {
    timeout: 20_000,
    interval: 200,
  });
  expect(await ids(0)).toEqual(new Set([running, closed]));
  expect(await ids(Date.now() + 3_600_000)).toEqual(new Set([running]));
  const found = await recentRuns(acme)(name, new Date(Date.now() + 60_000));
  expect(found).toEqual([]);
  expect(await recentRuns(acme)(name, new Date(Date.now() - 60_000))).toHaveLength(2);
  await acme.terminate(running ?? '', 'test');
  await runs.terminate(foreign ?? '', 'test');
});
