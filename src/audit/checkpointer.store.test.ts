import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createCheckpointFile } from './checkpoint-file.ts';
import { createCheckpointer } from './checkpointer.ts';
import { OutsideCheckpoints } from './outside-checkpoints.ts';
import { ensurePartitions, retain } from './retention.ts';
import { type AuditRoom, entryOf, openAuditRoom } from './testdata/audit-room.ts';
import { signer, verdictOf } from './testdata/sample-export.ts';

let room: AuditRoom;
let folder: string;
beforeAll(async () => {
  room = await openAuditRoom(inject('databaseUrl'));
  folder = await mkdtemp(join(tmpdir(), 'weir-audit-'));
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true });
});

describe('checkpoints', () => {
  test('are made where something is new, and are kept in a file outside', async () => {
    const path = join(folder, 'state', 'checkpoints.jsonl');
    const { database } = room;
    const checkpointer = createCheckpointer({ database, signer, sink: createCheckpointFile(path) });
    await room.addOrganisation('other');
    expect(await checkpointer.tick()).toBe(0);
    await room.record([1, 2, 3].map(entryOf));
    await room.record([1].map(entryOf), 'other');
    expect(await checkpointer.tick()).toBe(2);
    expect(await checkpointer.tick()).toBe(0);
    await room.record([4].map(entryOf));
    await checkpointer.close(); // before its time, for it is the last
    const kept = await readFile(path, 'utf8');
    expect(kept.trim().split('\n')).toHaveLength(3);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const report = await room.log().verify();
    expect(report).toMatchObject({ ok: true, records: 4, checkpoints: 2, keyId: signer.keyId });
    const options = { outside: new OutsideCheckpoints(kept), trustedKeyPem: signer.publicKeyPem };
    expect(await verdictOf(await room.exported(), options)).toMatchObject({
      ok: true,
      checkpoints: 2,
      outsideCheckpoints: 2,
      trustedKey: true,
    });
  });

  test('of two processes stand beside each other; a failing file is told, and made good', async () => {
    await room.addOrganisation('twice');
    await room.record([1, 2].map(entryOf), 'twice');
    const lines: string[] = [];
    let full = true;
    const sink = {
      append: async (line: string) => {
        if (full) throw new Error('no space left');
        lines.push(line);
      },
    };
    const { database } = room;
    const a = createCheckpointer({ database, signer, sink });
    const b = createCheckpointer({ database, signer, sink });
    await expect(a.tick()).rejects.toThrow('no space left');
    full = false;
    await Promise.all([a.tick(), b.tick()]);
    await Promise.all([a.close(), b.close()]);
    expect(lines.length).toBeGreaterThanOrEqual(1);
    expect(await room.log('twice').verify()).toMatchObject({ ok: true, checkpoints: 1 });
  });

  test('tell that the database was put back to an old copy, though its own checkpoints agree', async () => {
    await room.addOrganisation('restored');
    const path = join(folder, 'restored.jsonl');
    const { database } = room;
    const checkpoint = async () => createCheckpointer({ database, signer, sink: createCheckpointFile(path) }).close();
    await room.record([1, 2, 3].map(entryOf), 'restored');
    await checkpoint();
    await room.tamper(
      'create table copy as select * from audit_records; create table head as select * from audit_heads; create table signed as select * from audit_checkpoints',
    );
    await room.record([4, 5, 6].map(entryOf), 'restored');
    await checkpoint();
    await room.tamper(`delete from audit_records; insert into audit_records select * from copy; delete from audit_heads;
      insert into audit_heads select * from head; delete from audit_checkpoints; insert into audit_checkpoints select * from signed`);
    expect(await room.log('restored').verify()).toMatchObject({ ok: true, records: 3 });
    const text = await room.exported('restored'); // its record is the fourth now
    const kept = await readFile(path, 'utf8');
    expect(await verdictOf(text)).toMatchObject({ ok: true, records: 4 });
    expect((await verdictOf(text, { outside: new OutsideCheckpoints(kept) })).fault).toMatchObject({
      code: 'rolled_back',
      seq: 6,
    });
    await room.record([7, 8, 9].map(entryOf), 'restored');
    const grown = await verdictOf(await room.exported('restored'), { outside: new OutsideCheckpoints(kept) });
    expect(grown.fault).toMatchObject({ code: 'rewritten', seq: 6 });
  });

  test('after a line that a crash cut short stand on a line of their own', async () => {
    const path = join(folder, 'torn.jsonl');
    await writeFile(path, 'whole\nto');
    await createCheckpointFile(path).append('next');
    expect(await readFile(path, 'utf8')).toBe('whole\nnext\n');
  });
});

describe('retention', () => {
  const months = async () =>
    (
      await room.owner.sql<{ part: string }[]>`
        select inhrelid::regclass::text as part from pg_inherits where inhparent = 'audit_records'::regclass order by 1`
    ).map(({ part }) => part.slice('audit_records_'.length));

  test('partitions are there ahead; a record without one does not fail a change', async () => {
    await ensurePartitions(room.database);
    const ahead = await months();
    expect(ahead.length).toBeGreaterThanOrEqual(5);
    await room.addOrganisation('late');
    await room.tamper(
      ahead
        .filter((part) => part !== 'default')
        .map((part) => `drop table audit_records_${part}`)
        .join('; '),
    );
    await room.record([1, 2].map(entryOf), 'late');
    await ensurePartitions(room.database); // this month is in the default partition, and stays there
    await room.record([3].map(entryOf), 'late');
    expect(await room.log('late').verify()).toMatchObject({ ok: true, records: 3 });
    expect(await months()).not.toContain(new Date().toISOString().slice(0, 7).replace('-', '_'));
  });

  test('drops months that are older, keeps the anchor, and says so in the chain', async () => {
    await room.addOrganisation('aged');
    await room.addOrganisation('young');
    await room.owner.sql`select weir_ensure_partitions('audit_records', now() - interval '86 months', 1)`;
    for (const [n, age] of [86, 85, 85, 3].entries()) {
      await room.record([entryOf(n)], 'aged');
      await room.tamper(
        `update audit_records set at = now() - interval '${age} months' where organisation = 'aged' and seq = ${n + 1}`,
      );
    }
    await room.record([entryOf(1)], 'young');
    const before = await months();
    const dropped = await retain({ database: room.database });
    expect(dropped.map(({ organisation, seq }) => [organisation, seq])).toEqual([
      ['aged', 1],
      ['aged', 3],
    ]);
    expect(before.length - (await months()).length).toBe(2);
    expect(await room.log('aged').verify()).toMatchObject({ ok: true, records: 3, head: { seq: 6 } });
    const exported = await room.exported('aged');
    expect(await verdictOf(exported)).toMatchObject({ ok: true, first: 4, records: 4 });
    expect(JSON.parse(exported.split('\n')[0] ?? '')).toMatchObject({ anchor: { seq: 3 } });
    expect(await room.log('young').verify()).toMatchObject({ ok: true, records: 1 });
    expect(await retain({ database: room.database })).toEqual([]);
    const [newest] = await room.log('aged').list({ action: 'audit.retain' }, { limit: 1, before: null });
    expect(JSON.parse(newest?.body ?? '')).toMatchObject({ details: { last_seq: 3 } });
  });

  test('never drops earlier than the law of the log', async () => {
    for (const keepMonths of [83, 0, -1])
      await expect(retain({ database: room.database, keepMonths })).rejects.toThrow();
  });

  test('appending goes on while months are dropped and made', async () => {
    await room.addOrganisation('busy');
    await room.owner.sql`select weir_ensure_partitions('audit_records', now() - interval '100 months', 0)`;
    const writers = Array.from({ length: 30 }, (_, n) => room.record([entryOf(n)], 'busy'));
    await Promise.all([...writers, retain({ database: room.database }), ensurePartitions(room.database)]);
    expect(await room.log('busy').verify()).toMatchObject({ ok: true, records: 30 });
  });
});
