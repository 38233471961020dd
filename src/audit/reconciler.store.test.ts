import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Runs } from '../executions/runs.ts';
import { description } from '../executions/testdata/fake-runs.ts';
import { Problem } from '../problems/problem.ts';
import { createIntents, type Intents } from './intents.ts';
import { createReconciler } from './reconciler.ts';
import { type AuditRoom, contextOf, openAuditRoom } from './testdata/audit-room.ts';

let room: AuditRoom;
let intents: Intents;
let organisation: string;
let count = 0;
const ada = () => contextOf(organisation);
beforeAll(async () => {
  room = await openAuditRoom(inject('databaseUrl'));
  intents = createIntents({ database: room.database });
});
beforeEach(async () => {
  organisation = `org-${(count += 1)}`;
  await room.addOrganisation(organisation);
});
afterAll(async () => {
  await intents.close();
  await room.close();
});

interface Said {
  readonly action: string;
  readonly outcome: string;
  readonly details: unknown;
  readonly subject: { readonly id: string };
}
/** Oldest first. */
async function said(): Promise<readonly Said[]> {
  await intents.flush();
  const records = await room.log(organisation).list({}, { limit: 200, before: null });
  return records.map(({ body }) => JSON.parse(body) as Said).reverse();
}
const outcomes = async () => (await said()).map(({ action, outcome }) => `${action} ${outcome}`);
const openRows = async () =>
  (await room.owner.sql`select 1 from audit_intents where organisation = ${organisation}`).length;

describe('the reconciler', () => {
  const leave = async (action: string, id: string, details = {}) => {
    const intent = await intents.open(ada(), { action, subject: { type: 'execution', id }, details });
    await room.owner.sql`update audit_intents set at = now() - interval '2 minutes' where id = ${intent.id}`;
    return intent.id;
  };
  const reconcile = (describe: Runs['describe']) =>
    createReconciler({ database: room.database, runs: { describe } }).tick();

  beforeEach(() => room.owner.sql`delete from audit_intents`);

  test('finds out what became of a start', async () => {
    const done = await leave('execution.start', 'e1');
    await leave('execution.start', 'e2');
    await leave('execution.start', 'e3');
    await leave('execution.cancel', 'e4');
    await intents.open(ada(), { action: 'execution.start', subject: { type: 'execution', id: 'young' } });
    const closed = await reconcile(async (id) =>
      id === 'e1'
        ? description({ executionId: id, memo: { intent: done } })
        : id === 'e3'
          ? description({ executionId: id, memo: { intent: 'another' } })
          : null,
    );
    expect(closed).toBe(4);
    expect((await said()).slice(5).map(({ subject, outcome, details }) => [subject.id, outcome, details])).toEqual([
      ['e1', 'success', { reconciled: true }],
      ['e2', 'failure', { reconciled: true, reason: 'not_done' }],
      ['e3', 'failure', { reconciled: true, reason: 'not_done' }],
      ['e4', 'unknown', { reconciled: true }],
    ]);
    expect(await openRows()).toBe(1);
  });

  test('says unknown where a later run took the place, or Temporal may have forgotten', async () => {
    await leave('execution.start', 'e1');
    const old = await leave('execution.start', 'e2');
    await room.owner.sql`update audit_intents set at = now() - interval '3 days' where id = ${old}`;
    await reconcile(async (id) =>
      id === 'e1' ? description({ memo: { intent: 'x', previous_run: 'r' }, startedAt: new Date() }) : null,
    );
    expect((await outcomes()).slice(2)).toEqual(['execution.start unknown', 'execution.start unknown']);
  });

  test('of several processes, and beside an outcome that comes late, writes one outcome', async () => {
    const id = await leave('execution.start', 'e1');
    const found = async () => description({ memo: { intent: id } });
    await Promise.all([reconcile(found), reconcile(found), reconcile(found)]);
    intents.settle(
      { id, context: ada(), entry: { action: 'execution.start', subject: { type: 'execution', id: 'e1' } } },
      'failure',
    );
    expect(await outcomes()).toEqual(['execution.start intended', 'execution.start success']);
  });

  test('leaves everything as it is while Temporal is away', async () => {
    await leave('execution.start', 'e1');
    const away = () => Promise.reject(new Problem('temporal_unavailable', 'away'));
    await expect(reconcile(away)).rejects.toThrow('away');
    expect(await openRows()).toBe(1);
  });
});
