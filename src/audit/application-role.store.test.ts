import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AuditRoom, entryOf, openAuditRoom } from './testdata/audit-room.ts';

let room: AuditRoom;
beforeAll(async () => {
  room = await openAuditRoom(inject('databaseUrl'));
});
afterAll(() => room.close());

describe('the role of the application', () => {
  test.each([
    `insert into audit_records select * from audit_records`,
    `insert into audit_records_default select * from audit_records`,
    `update audit_records set actor = 'x'`,
    'delete from audit_records',
    'truncate audit_records',
    'update audit_heads set seq = 0',
    'delete from audit_checkpoints',
    `update audit_checkpoints set key_id = 'x'`,
    'truncate audit_checkpoints',
    `insert into audit_staged (organisation, entries) values ('default', '[]')`,
    'select * from audit_staged',
    `insert into audit_anchors values ('default', 1, '', 'x')`,
    'delete from audit_anchors',
    'select weir_audit_retain(12)',
    'select weir_audit_retain(null)',
    'drop table audit_records',
    'alter table audit_records disable trigger all',
  ])('may not: %s', async (statement) => {
    await expect(room.database.sql.unsafe(statement)).rejects.toThrow(/permission denied|must be owner|refused/);
  });

  test('nor write to any partition, even one that default privileges opened to it', async () => {
    await room.record([entryOf(1)]);
    await room.owner.sql`select weir_ensure_partitions('audit_records', now() + interval '2 years', 0)`;
    const parts = await room.owner.sql<{ part: string }[]>`
      select inhrelid::regclass::text as part from pg_inherits where inhparent = 'audit_records'::regclass`;
    expect(parts.length).toBeGreaterThan(4);
    for (const { part } of parts)
      await expect(
        room.database.sql.unsafe(
          `insert into ${part} (organisation, seq, at, action, outcome, actor, subject_type, subject, body, hash)
           select 'default', 99, now() + interval '2 years', 'a', 'a', 'a', 'a', 'a', 'a', ''`,
        ),
      ).rejects.toThrow(/permission denied|refused/);
    await room.database.sql`select weir_audit_partitions()`;
    const [open] = await room.owner.sql`
      select count(*)::int as n from pg_inherits where inhparent = 'audit_records'::regclass
        and has_table_privilege('weir_app', inhrelid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`;
    expect(open).toEqual({ n: 0 });
  });
});
