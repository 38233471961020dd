import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { createArchive } from './archive.ts';
import type { ArchivedFilter, StartKey } from './archived-line.ts';
import { retainArchive } from './retain-archive.ts';
import { fillArchive } from './testdata/fill-archive.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 20, 12);

let place: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
let owner: Database;
beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 2 });
  owner = openDatabase({ url: place.url, role: null, max: 1 });
  await fillArchive(owner, { rows: 3_000, newest: new Date(NOW) });
  await owner.sql`insert into organisations (id, title) values ('other', 'Other')`;
  await fillArchive(owner, { rows: 10, newest: new Date(NOW), organisation: 'other' });
});
afterAll(async () => {
  await owner.close();
  await database.close();
  await place.drop();
});
const archive = (organisation = 'default') => createArchive({ database })(organisation);

describe('the list', () => {
  async function readAll(filter: ArchivedFilter, limit: number): Promise<string[]> {
    const found: string[] = [];
    for (let after: StartKey | null = null; ; ) {
      const lines = await archive().page(filter, { limit, after });
      found.push(...lines.map((line) => line.executionId));
      const last = lines.at(-1);
      if (last === undefined || lines.length < limit) return found;
      after = [last.lastStartedAt.getTime(), last.executionId];
    }
  }
  const expected = async (where: string): Promise<string[]> =>
    (
      await owner.sql.unsafe<{ id: string }[]>(
        `select execution_id as id from archived_executions where organisation = 'default' and ${where} order by last_started_at desc, execution_id desc`,
      )
    ).map(({ id }) => id);

  test.each<[ArchivedFilter, string]>([
    [{}, 'true'],
    [{ flows: ['flow-3'], status: 'failed' }, 'false'],
    [{ flows: ['flow-0', 'flow-10'], status: 'failed' }, "flow in ('flow-0', 'flow-10') and status = 'failed'"],
    [{ status: 'failed' }, "status = 'failed'"],
    [{ tag: 'rare' }, "tags @> array['rare']"],
    [{ q: 'rare' }, "tags @> array['rare']"],
    [{ version: '1.0.2', environment: 'prod' }, "version = '1.0.2'"],
    [{ environment: 'dev' }, 'false'],
    [
      { since: new Date(NOW - DAY), until: new Date(NOW - DAY / 2) },
      `started_at >= '${new Date(NOW - DAY).toISOString()}' and started_at < '${new Date(NOW - DAY / 2).toISOString()}'`,
    ],
  ])('%j, page by page', async (filter, where) => {
    expect(await readAll(filter, 700)).toEqual(await expected(where));
  });
  test('by the beginning of an id; what means something in a pattern is taken literally', async () => {
    const [id = ''] = await expected('true');
    expect(await readAll({ q: id.slice(0, 13) }, 10)).toEqual([id]);
    for (const q of ['%', '_', '\\', `${id.slice(0, 5)}%`]) expect(await readAll({ q }, 10)).toEqual([]);
  });
  test('equal starts are told apart by id, as sorted by bytes', async () => {
    await owner.sql`update archived_executions set last_started_at = ${new Date(NOW).toISOString()} where organisation = 'other'`;
    const found: string[] = [];
    for (let after: StartKey | null = null; ; ) {
      const [line] = await archive('other').page({}, { limit: 1, after });
      if (line === undefined) break;
      found.push(line.executionId);
      after = [line.lastStartedAt.getTime(), line.executionId];
    }
    expect(found).toHaveLength(10);
    expect(found).toEqual([...found].sort().reverse());
  });
  test.each<[string, string]>([
    ['true', 'last_started_at'],
    ["flow = 'flow-3'", 'flow'],
    ["status = 'failed'", 'status'],
  ])('where %s: an index gives the order, nothing is sorted', async (where) => {
    const plan = await owner.sql.begin(async (tx) => {
      await tx.unsafe('set local enable_seqscan = off');
      return tx.unsafe<{ 'QUERY PLAN': string }[]>(
        `explain select execution_id from archived_executions where organisation = 'default' and ${where}
         and (last_started_at, execution_id) < (now(), 'x') order by last_started_at desc, execution_id desc limit 50`,
      );
    });
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index (Only )?Scan/);
    expect(text).not.toMatch(/Sort Key: .*\n.*Seq Scan/);
    expect(text).not.toMatch(/^\s*->\s+Sort/m);
  });
});

describe('retention', () => {
  const months = async (): Promise<string[]> =>
    (
      await owner.sql<{ month: string }[]>`
        select right(c.relname, 7) as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'archived_executions'::regclass order by 1`
    ).map(({ month }) => month);
  const rows = async () =>
    owner.sql<{ month: string; n: number }[]>`
      select to_char(started_at, 'YYYY-MM') as month, count(*)::int as n from archived_executions group by 1 order by 1`;

  test('drops whole months, and the rest row by row; what ended late is kept, with its month', async () => {
    await owner.sql`delete from archived_executions`;
    await fillArchive(owner, { rows: 20, newest: new Date(Date.UTC(2026, 1, 10)) });
    await fillArchive(owner, { rows: 30, newest: new Date(Date.UTC(2026, 2, 10)) });
    await fillArchive(owner, { rows: 50, newest: new Date(Date.UTC(2026, 3, 20, 0, 25)) });
    await fillArchive(owner, { rows: 5, newest: new Date(Date.UTC(2026, 1, 10)), organisation: 'other' });
    // Started in March, and ended yesterday.
    await owner.sql`update archived_executions set ended_at = ${new Date(NOW - DAY).toISOString()}
      where execution_id = (select execution_id from archived_executions where started_at >= '2026-03-01' and started_at < '2026-04-01' limit 1)`;
    const now = () => Date.UTC(2026, 3, 20) + 30 * DAY;
    expect(await months()).toContain('2026_02');
    expect(await retainArchive({ database, days: 30, batch: 7, now })).toBe(25 + 29 + 25);
    expect(await rows()).toEqual([
      { month: '2026-03', n: 1 },
      { month: '2026-04', n: 25 },
    ]);
    expect(await months()).not.toContain('2026_02');
    expect(await months()).toContain('2026_03');
    expect(await retainArchive({ database, days: 30, now })).toBe(0);
    const told = await owner.sql<{ organisation: string; n: number }[]>`
      select organisation, sum((body::json -> 'details' ->> 'executions')::int)::int as n
      from audit_records where action = 'execution.expire' group by 1 order by 1`;
    expect(told).toEqual([
      { organisation: 'default', n: 74 },
      { organisation: 'other', n: 5 },
    ]);
  });
  test('never drops what is younger than a day, whoever asks', async () => {
    await expect(retainArchive({ database, days: 0 })).rejects.toThrow(/2 days at least/);
    await expect(database.sql`select weir_drop_archive(now())`).rejects.toThrow(/a day at least/);
    await expect(database.sql`drop table archived_executions`).rejects.toThrow(/owner/);
  });
});
