import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { change } from '../store/change.ts';
import { appendAudit } from './append.ts';
import type { AuditRecord } from './audit-log.ts';
import { type Checkpoint, signCheckpoint } from './checkpoint.ts';
import { type AuditRoom, contextOf, entryOf, openAuditRoom } from './testdata/audit-room.ts';
import { signer, verdictOf } from './testdata/sample-export.ts';

let room: AuditRoom;
beforeAll(async () => {
  room = await openAuditRoom(inject('databaseUrl'), { max: 10 });
});
afterAll(() => room.close());

const actions = (records: readonly AuditRecord[]): readonly string[] =>
  records.map(({ body }) => (JSON.parse(body) as { action: string }).action);

describe('listing', () => {
  beforeAll(async () => {
    await room.addOrganisation('listing');
    await room.record([1, 2, 3, 4].map(entryOf), 'listing');
  });

  test('is newest first, in pages, by filter', async () => {
    const log = room.log('listing');
    const all = await log.list({}, { limit: 10, before: null });
    expect(all.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
    expect((await log.list({}, { limit: 2, before: 3 })).map(({ seq }) => seq)).toEqual([2, 1]);
    expect(actions(await log.list({ action: 'flow.create' }, { limit: 9, before: null }))).toEqual(
      Array(2).fill('flow.create'),
    );
    const one = await log.list({ subjectType: 'flow', subject: 'flow-2' }, { limit: 9, before: null });
    expect(one.map(({ seq }) => seq)).toEqual([2]);
    expect(await log.list({ actor: 'user:nobody' }, { limit: 9, before: null })).toEqual([]);
    expect(await log.list({ actor: 'system:test' }, { limit: 9, before: null })).toHaveLength(4);
    expect(await log.list({ since: new Date(Date.now() + 60_000) }, { limit: 9, before: null })).toEqual([]);
    expect(await log.list({ until: new Date(Date.now() - 60_000) }, { limit: 9, before: null })).toEqual([]);
  });
});

describe('exporting', () => {
  test('gives what verifies offline, and records itself', async () => {
    await room.addOrganisation('exporting');
    await room.record(
      Array.from({ length: 1_203 }, (_, n) => entryOf(n)),
      'exporting',
    );
    expect(await verdictOf(await room.exported('exporting'))).toMatchObject({
      ok: true,
      organisation: 'exporting',
      records: 1_204,
      last: { seq: 1_204 },
    });
    const [newest] = await room.log('exporting').list({}, { limit: 1, before: null });
    expect(JSON.parse(newest?.body ?? '')).toMatchObject({ action: 'audit.export', details: { format: 'jsonl' } });
  });

  test('is a snapshot: what is recorded meanwhile is not in it', async () => {
    await room.addOrganisation('snapshot');
    await room.record(
      Array.from({ length: 1_100 }, (_, n) => entryOf(n)),
      'snapshot',
    );
    const chunks = room.log('snapshot').export('jsonl', {})[Symbol.asyncIterator]();
    let text = (await chunks.next()).value as string;
    await room.record([entryOf(1)], 'snapshot');
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) text += next.value;
    expect(await verdictOf(text)).toMatchObject({ ok: true, records: 1_101 });
  });

  test('a span of time is a piece of the chain, which verifies too', async () => {
    await room.addOrganisation('span');
    await room.record([1, 2].map(entryOf), 'span');
    const since = await later();
    await room.record([3, 4, 5].map(entryOf), 'span');
    const until = await later();
    await room.record([6].map(entryOf), 'span');
    expect(await verdictOf(await room.exported('span', { since, until }))).toMatchObject({
      ok: true,
      first: 3,
      records: 3,
      last: { seq: 5 },
    });
    expect(await verdictOf(await room.exported('span', { until: since }))).toMatchObject({ ok: true, records: 2 });
    expect(await verdictOf(await room.exported('span', { since: until, until: since }))).toMatchObject({
      ok: true,
      records: 0,
    });
    expect(await verdictOf(await room.exported('span', { since: new Date(Date.now() + 60_000) }))).toMatchObject({
      ok: true,
      records: 0,
    });
  });

  test('two organisations have chains of their own', async () => {
    for (const id of ['org-a', 'org-b']) {
      await room.addOrganisation(id);
      await room.record([{ action: `${id}.x`, subject: { type: 'flow', id } }], id);
    }
    const [a, b] = [await room.exported('org-a'), await room.exported('org-b')];
    expect(a).not.toContain('org-b');
    expect(await verdictOf(a)).toMatchObject({ ok: true, organisation: 'org-a', records: 2 });
    expect(await verdictOf(b)).toMatchObject({ ok: true, organisation: 'org-b', records: 2 });
    const swapped = a.replaceAll('"organisation":"org-a"', '"organisation":"org-b"');
    expect((await verdictOf(swapped)).ok).toBe(false);
    expect(await room.log('org-a').list({}, { limit: 9, before: null })).toHaveLength(2);
  });

  test('as CSV nothing is a formula; as OCSF each line is an API Activity with its attestation', async () => {
    await room.addOrganisation('forms');
    await room.record(
      [{ action: 'flow.create', subject: { type: 'flow', id: '=HYPERLINK("http://evil")' }, details: { a: '"x",\n' } }],
      'forms',
    );
    const textOf = async (format: 'csv' | 'ocsf') => {
      let text = '';
      for await (const chunk of room.log('forms').export(format, {})) text += chunk;
      return text;
    };
    const csv = (await textOf('csv')).split('\r\n');
    expect(csv[0]).toBe(
      'seq,at,action,outcome,actor_kind,actor_id,actor_name,subject_type,subject_id,request_id,intent,details,hash',
    );
    expect(csv[1]).toContain(`,"'=HYPERLINK(""http://evil"")",`);
    const [first, second] = (await textOf('ocsf'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      class_uid: 6003,
      type_uid: 600_301,
      status_id: 1,
      metadata: { profiles: ['record_integrity'], sequence: 1 },
      actor: { user: { uid: 'system:test', type_id: 3 } },
      api: { operation: 'flow.create' },
    });
    expect(second.attestation_list[0].prev_event.fingerprint).toEqual(first.attestation_list[0].fingerprint);
    expect(first.raw_data).toBe((await room.log('forms').list({}, { limit: 1, before: 2 }))[0]?.body);
  });
});

test('records with NUL, halves of characters, and more than an index or a reader takes', async () => {
  await room.addOrganisation('odd');
  const odd = '\u0000\ud800 \u{1F600}\u2028';
  await room.record(
    [
      { action: 'a.b', subject: { type: 'flow', id: odd + 'x'.repeat(10_000) }, details: { [odd]: [odd] } },
      { action: 'a.c', subject: { type: 'flow', id: 'big' }, details: { text: 'y'.repeat(2_000_000) } },
    ],
    'odd',
  );
  const [big, strange] = await room.log('odd').list({}, { limit: 2, before: null });
  expect(JSON.parse(strange?.body ?? '')).toMatchObject({ details: { [odd]: [odd] } });
  expect(JSON.parse(big?.body ?? '').details).toEqual({
    left_out: { characters: 2_000_011, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await verdictOf(await room.exported('odd'))).toMatchObject({ ok: true, records: 3 });
  expect(await room.log('odd').verify()).toMatchObject({ ok: true, records: 3 });
});

test('fifty writers at once leave no gap', async () => {
  await room.addOrganisation('crowd');
  const writers = Array.from({ length: 50 }, (_, n) => room.record([entryOf(n), entryOf(n + 1)], 'crowd'));
  const failing = change(room.database, contextOf('crowd'), async (_tx, record) => {
    record(entryOf(1));
    throw new Error('no');
  });
  await Promise.all([...writers, expect(failing).rejects.toThrow('no')]);
  expect(await room.log('crowd').verify()).toMatchObject({ ok: true, records: 100, head: { seq: 100 } });
  expect(await verdictOf(await room.exported('crowd'))).toMatchObject({ ok: true, records: 101 });
});

test('killed between a change and its record: neither is there', async () => {
  await room.addOrganisation('killed');
  const killed = change(room.database, contextOf('killed'), async (tx, record) => {
    await tx.execute(sql`update organisations set title = 'changed' where id = 'killed'`);
    record(entryOf(1));
    const [backend] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await room.owner.sql`select pg_terminate_backend(${backend?.pid ?? 0})`;
  });
  await expect(killed).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(await room.owner.sql`select title from organisations where id = 'killed'`).toEqual([{ title: 'killed' }]);
  expect(await room.log('killed').list({}, { limit: 9, before: null })).toEqual([]);
});

test('a client that stalls in the middle of a transaction holds up nobody', async () => {
  await room.addOrganisation('stalled');
  let finish = (): void => undefined;
  const slow = room.database.db.transaction(async (tx) => {
    await appendAudit(tx, contextOf('stalled'), [entryOf(1)]);
    await new Promise<void>((resolve) => (finish = resolve));
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await room.record([entryOf(2)], 'stalled');
  finish();
  await slow;
  expect(await room.log('stalled').verify()).toMatchObject({ ok: true, records: 2 });
  expect(await room.owner.sql`select 1 from audit_staged`).toEqual([]);
});

describe('somebody who has the whole database', () => {
  const cases: readonly [string, string, RegExp, string][] = [
    [
      'changes a body',
      `update audit_records set body = replace(body, 'flow-3', 'flow-9') where seq = 3`,
      /^3: changed/,
      'changed',
    ],
    [
      'changes a column to search by',
      `update audit_records set actor = 'user:other' where seq = 3`,
      /^3: column actor/,
      '',
    ],
    ['deletes a record', `delete from audit_records where seq = 3`, /^3 to 3: missing/, 'missing'],
    ['deletes the tail', `delete from audit_records where seq > 4`, /^5 to 6: missing at the end/, 'missing'],
    [
      'deletes the tail and turns back the head',
      `delete from audit_records where seq > 4;
       update audit_heads set seq = 4, hash = (select hash from audit_records where organisation = audit_heads.organisation and seq = 4)`,
      /^5: there is a checkpoint/,
      'rewritten',
    ],
    [
      'changes two places',
      `update audit_records a set seq = -b.seq from audit_records b where a.organisation = b.organisation and a.seq + b.seq = 5 and a.seq in (2, 3);
       update audit_records set seq = -seq where seq < 0`,
      /^2: changed/,
      'changed',
    ],
  ];
  test.each(cases)('%s: verifying tells', async (name, statement, said, code) => {
    const organisation = name.replaceAll(' ', '-');
    await room.addOrganisation(organisation);
    await room.record([1, 2, 3, 4, 5, 6].map(entryOf), organisation);
    const point = (await room.log(organisation).verify()).head;
    await insertCheckpoint(
      signCheckpoint(signer, {
        organisation,
        seq: 5,
        hash: await hashOf(organisation, 5),
        at: '2026-01-01T00:00:00.000Z',
      }),
    );
    expect(await room.log(organisation).verify()).toMatchObject({ ok: true, records: 6, checkpoints: 1 });
    expect(point.seq).toBe(6);
    await room.tamper(statement);
    const report = await room.log(organisation).verify();
    expect(report.ok).toBe(false);
    expect(report.faults[0]).toMatch(said);
    if (code !== '') expect((await verdictOf(await room.exported(organisation))).fault?.code).toBe(code);
    await room.tamper('delete from audit_records; delete from audit_heads; delete from audit_checkpoints');
  });

  async function hashOf(organisation: string, seq: number): Promise<string> {
    const [row] = await room.owner.sql<{ hash: string }[]>`
      select encode(hash, 'hex') as hash from audit_records where organisation = ${organisation} and seq = ${seq}`;
    return row?.hash ?? '';
  }
  async function insertCheckpoint({ organisation, seq, hash, at, keyId, signature }: Checkpoint): Promise<void> {
    await room.database.sql`
      insert into audit_checkpoints (organisation, seq, hash, at, key_id, signature)
      values (${organisation}, ${seq}, decode(${hash}, 'hex'), ${at}, ${keyId}, decode(${signature}, 'base64'))`;
  }
});

async function later(): Promise<Date> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const at = new Date();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return at;
}
