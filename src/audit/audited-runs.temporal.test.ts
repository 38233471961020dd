import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { newExecutionId } from '../executions/execution-id.ts';
import type { Runs } from '../executions/runs.ts';
import { scopedRuns } from '../executions/scoped-runs.ts';
import { createTemporalRuns } from '../executions/temporal-runs.ts';
import { flowOf, inputOf } from '../executions/testdata/fake-runs.ts';
import { Problem } from '../problems/problem.ts';
import { auditedRuns } from './audited-runs.ts';
import { createIntents, type Intents } from './intents.ts';
import { createReconciler } from './reconciler.ts';
import { type AuditRoom, contextOf, openAuditRoom } from './testdata/audit-room.ts';

let connection: Connection;
let temporal: Runs;
let room: AuditRoom;
let intents: Intents;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  temporal = createTemporalRuns({ client: new Client({ connection }), taskQueue: `nobody-${Date.now()}` });
  room = await openAuditRoom(inject('databaseUrl'));
  intents = createIntents({ database: room.database });
});
afterAll(async () => {
  await intents.close();
  await room.close();
  await connection.close();
});

const flow = flowOf('flow: audited\nsteps:\n  - wait: 1s\n');
const start = (executionId: string) => ({ executionId, input: inputOf(flow), memo: { request: 'r' } });
/** Newest first. */
const outcomesOf = async (subject: string): Promise<readonly string[]> => {
  await intents.flush();
  const records = await room.log().list({ subject }, { limit: 10, before: null });
  return records.map(({ body }) => {
    const { action, outcome } = JSON.parse(body) as { action: string; outcome: string };
    return `${action} ${outcome}`;
  });
};

test('a start carries its intent to Temporal, where the reconciler finds it after a crash', async () => {
  const context = contextOf();
  const lost = newExecutionId(Date.now());
  const crashing: Runs = {
    ...temporal,
    start: async (request) => {
      await temporal.start(request);
      throw new Problem('temporal_unavailable', 'the answer was lost');
    },
  };
  await expect(auditedRuns(crashing, intents, context).start(start(lost))).rejects.toThrow('lost');
  const never = newExecutionId(Date.now());
  const away: Runs = { ...temporal, start: () => Promise.reject(new Problem('temporal_unavailable', 'away')) };
  await expect(auditedRuns(away, intents, context).start(start(never))).rejects.toThrow('away');
  await room.owner.sql`update audit_intents set at = now() - interval '2 minutes'`;
  expect(await createReconciler({ database: room.database, runs: temporal }).tick()).toBe(2);
  expect(await outcomesOf(lost)).toEqual(['execution.start success', 'execution.start intended']);
  expect(await outcomesOf(never)).toEqual(['execution.start failure', 'execution.start intended']);
});

test('starting, repeating, cancelling and terminating, in one organisation', async () => {
  const context = contextOf();
  const runs = scopedRuns(auditedRuns(temporal, intents, context), 'default');
  const id = newExecutionId(Date.now());
  expect(await runs.start(start(id))).toBe('started');
  expect((await runs.describe(id))?.memo).toMatchObject({ request: 'r', intent: expect.any(String) });
  expect(await runs.start(start(id))).toBe('exists');
  await runs.cancel(id);
  await runs.terminate(id, 'test');
  expect(await outcomesOf(id)).toEqual(
    expect.arrayContaining([
      'execution.terminate success',
      'execution.cancel success',
      'execution.start failure',
      'execution.start success',
    ]),
  );
  expect(await room.log().verify()).toMatchObject({ ok: true });
});
