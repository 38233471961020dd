import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { fakeRuns, flowOf, inputOf } from '../executions/testdata/fake-runs.ts';
import type { Runs, StartRun } from '../executions/runs.ts';
import { Problem } from '../problems/problem.ts';
import { openDatabase } from '../store/database.ts';
import { SIGNALS, UPDATES } from '../workflows/contract.ts';
import { auditedRuns } from './audited-runs.ts';
import type { AuditContext } from './entry.ts';
import { createIntents, type Intents } from './intents.ts';
import { type AuditRoom, contextOf, openAuditRoom } from './testdata/audit-room.ts';

let room: AuditRoom;
let intents: Intents;
let organisation: string;
let count = 0;
const ada = (): AuditContext => ({
  ...contextOf(organisation),
  principal: { kind: 'user', id: 'user:ada', name: 'Ada', organisation },
});
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
  readonly intent: string;
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

const flow = flowOf('flow: pay\nversion: 1.0.0\nsteps: [{ a: { set: { x: 1 } } }]\n');
const start = (executionId = 'e1', more: Partial<StartRun> = {}): StartRun => ({
  executionId,
  input: inputOf(flow),
  memo: { request: 'r' },
  ...more,
});
const audited = (runs: Partial<Runs>, context = ada()) => auditedRuns({ ...runs } as Runs, intents, context);

describe('what changes in Temporal', () => {
  test('has an intent before, whose id goes with the start, and an outcome after', async () => {
    let memo: StartRun['memo'] = {};
    const runs = audited({
      start: async (request) => {
        memo = request.memo;
        expect(await openRows()).toBe(1);
        expect((await room.log(organisation).list({}, { limit: 9, before: null })).length).toBe(1);
        return 'started';
      },
    });
    expect(await runs.start(start())).toBe('started');
    const [intended, done] = await said();
    expect(intended).toMatchObject({
      action: 'execution.start',
      outcome: 'intended',
      subject: { id: 'e1' },
      details: { flow: 'pay', version: '1.0.0', environment: 'default' },
    });
    expect(done).toMatchObject({ outcome: 'success', intent: intended?.intent });
    expect(memo).toEqual({ request: 'r', intent: intended?.intent });
    expect(await openRows()).toBe(0);
    expect(await room.log(organisation).verify()).toMatchObject({ ok: true, records: 2 });
  });

  test('every kind of it', async () => {
    const done = async (): Promise<void> => undefined;
    const runs = audited({
      start: async () => 'started',
      cancel: done,
      terminate: done,
      signal: done,
      update: async () => ({ kind: 'done', result: null }),
    });
    await runs.start(start('e2', { input: inputOf(flow, { origin: { execution_id: 'e1' } }) }));
    await runs.start(start('e1', { again: true, memo: { rolled_back_to: 'a' } }));
    await runs.cancel('e1');
    await runs.terminate('e1', 'why');
    await runs.signal('e1', SIGNALS.pause);
    await runs.signal('e1', SIGNALS.resume);
    await runs.update({
      executionId: 'e1',
      name: UPDATES.decide,
      id: 'u1',
      argument: { step: 'ok', approved: true, comment: 'private' },
    });
    await runs.update({ executionId: 'e1', name: UPDATES.rollback, id: 'u2', argument: { to: 'a' } });
    await runs.update({
      executionId: 'e1',
      name: UPDATES.event,
      id: 'u3',
      argument: { id: 'ev', type: 'paid', data: { card: 1 } },
    });
    const all = await said();
    expect(all.filter(({ outcome }) => outcome === 'intended').map(({ action }) => action)).toEqual([
      'execution.rerun',
      'execution.rollback',
      'execution.cancel',
      'execution.terminate',
      'execution.pause',
      'execution.resume',
      'execution.decide',
      'execution.rollback',
      'execution.signal',
    ]);
    expect(all.filter(({ outcome }) => outcome === 'success')).toHaveLength(9);
    expect(JSON.stringify(all)).not.toMatch(/private|card/);
  });

  test('what Weir does itself with events and callbacks is not recorded twice', async () => {
    const update = async () => ({ kind: 'done', result: null }) as const;
    const runs = audited({ update, signal: async () => undefined }, contextOf(organisation));
    await runs.update({ executionId: 'e1', name: UPDATES.event, id: 'u', argument: { id: 'ev', type: 'paid' } });
    await audited({ update }).update({ executionId: 'e1', name: UPDATES.callback, id: 'u', argument: {} });
    await runs.signal('e1', SIGNALS.slotGranted);
    expect(await said()).toEqual([]);
  });

  test('what was refused is a failure with its code; what nobody can say stays open', async () => {
    const refused = audited({
      start: async () => 'exists',
      cancel: () => Promise.reject(new Problem('execution_not_found', 'no')),
      update: async () => ({ kind: 'refused', code: 'not_open', message: 'no' }),
    });
    await refused.start(start());
    await expect(refused.cancel('e1')).rejects.toThrow('no');
    await refused.update({
      executionId: 'e1',
      name: UPDATES.decide,
      id: 'u',
      argument: { step: 'a', approved: false },
    });
    expect((await said()).filter(({ outcome }) => outcome === 'failure').map(({ details }) => details)).toEqual([
      { code: 'exists' },
      { code: 'execution_not_found' },
      { code: 'not_open' },
    ]);
    const silent = audited({ start: () => Promise.reject(new Problem('temporal_unavailable', 'away')) });
    await expect(silent.start(start('e9'))).rejects.toThrow('away');
    await intents.flush();
    expect(await openRows()).toBe(1);
  });

  test('a database that is away stops it before anything was started', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
    const apart = createIntents({ database: away });
    const runs = auditedRuns(fakeRuns(), apart, ada());
    await expect(runs.start(start())).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(
      auditedRuns({ ...fakeRuns(), cancel: async () => expect.fail() }, apart, ada()).cancel('e'),
    ).rejects.toMatchObject({ code: 'store_unavailable' });
    await apart.close();
    await away.close();
  });
});

describe('a batch', () => {
  test('takes what came while the one before was written', async () => {
    const before = await commits();
    const open = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        intents.open(ada(), { action: 'execution.start', subject: { type: 'execution', id: `e${n}` } }),
      ),
    );
    for (const intent of open) intents.settle(intent, 'success');
    await intents.flush();
    expect((await commits()) - before).toBeLessThan(20);
    expect((await said()).length).toBe(200);
    expect(await room.log(organisation).verify()).toMatchObject({ ok: true, records: 400 });
    expect(await openRows()).toBe(0);
  });

  test('of several organisations and processes keeps each chain whole', async () => {
    const other = `${organisation}-b`;
    await room.addOrganisation(other);
    const second = createIntents({ database: room.database });
    await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const context = { ...ada(), principal: { ...ada().principal, organisation: n % 2 ? organisation : other } };
        const by = n % 3 ? intents : second;
        by.settle(
          await by.open(context, { action: 'execution.start', subject: { type: 'execution', id: `e${n}` } }),
          'success',
        );
      }),
    );
    await Promise.all([intents.flush(), second.close()]);
    for (const id of [organisation, other])
      expect(await room.log(id).verify()).toMatchObject({ ok: true, records: 100 });
    await expect(second.open(ada(), { action: 'a.b', subject: { type: 'execution', id: 'x' } })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  test('with something that PostgreSQL refuses fails only there; odd text is no reason', async () => {
    const nobody = { ...ada(), principal: { ...ada().principal, organisation: 'nobody' } };
    const entry = { action: 'execution.start', subject: { type: 'execution', id: '\u0000\ud800' } } as const;
    const results = await Promise.allSettled([
      intents.open(ada(), entry),
      intents.open(nobody, entry),
      intents.open(ada(), { ...entry, details: { '\u0000': '\udc00' } }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('outcomes wait for a database that is away, and are written once', async () => {
    let isAway = false;
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const sql = ((...args: Parameters<typeof room.database.sql>) =>
      isAway ? Promise.reject(refused) : room.database.sql(...args)) as typeof room.database.sql; // called as a tag only
    const shaky = createIntents({ database: { sql } });
    const entry = { action: 'execution.cancel', subject: { type: 'execution', id: 'e' } } as const;
    const intent = await shaky.open(ada(), entry);
    isAway = true;
    shaky.settle(intent, 'success');
    await shaky.flush();
    await expect(shaky.open(ada(), entry)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await outcomes()).toEqual(['execution.cancel intended']);
    isAway = false;
    await shaky.flush();
    shaky.settle(intent, 'failure');
    await shaky.close();
    expect(await outcomes()).toEqual(['execution.cancel intended', 'execution.cancel success']);
  });

  async function commits(): Promise<number> {
    const [row] = await room.owner.sql<
      { commits: number }[]
    >`select count(distinct xmin::text)::int as commits from audit_records`;
    return row?.commits ?? 0;
  }
});
