import { sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { systemPrincipal } from '../auth/principal.ts';
import { change } from './change.ts';
import { type Database, openDatabase } from './database.ts';
import { migrate, pendingMigrations } from './migrate.ts';
import * as schema from './schema/index.ts';

let test_database: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
beforeAll(async () => {
  test_database = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: test_database.url });
});
afterAll(async () => {
  await database.close();
  await test_database.drop();
});

test('the tables in code are those in the database, column by column', async () => {
  const rows = await database.sql<{ table: string; column: string; nullable: boolean }[]>`
    select table_name as table, column_name as column, is_nullable = 'YES' as nullable
    from information_schema.columns where table_schema = 'public'`;
  const columns = (table: string) =>
    rows.filter((row) => row.table === table).map((row) => `${row.column}${row.nullable ? '?' : ''}`);
  for (const table of Object.values(schema)) {
    const config = getTableConfig(table as PgTable); // the schema's index exports tables and types only
    expect(columns(config.name).sort(), config.name).toEqual(
      config.columns.map((column) => `${column.name}${column.notNull ? '' : '?'}`).sort(),
    );
  }
});

test('twenty boots at once migrate an empty database once', async () => {
  const name = `boot_${Math.random().toString(36).slice(2, 10)}`;
  const admin = postgres(inject('databaseUrl'), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${name}`;
  await Promise.all(Array.from({ length: 20 }, () => migrate(url.href)));
  const fresh = openDatabase({ url: url.href });
  expect(await fresh.sql`select id from organisations`).toEqual([{ id: 'default' }]);
  await fresh.close();
  await admin.unsafe(`drop database ${name} with (force)`);
  await admin.end();
});

test('the application can tell how many migrations the database lacks', async () => {
  expect(await pendingMigrations(database)).toBe(0);
  const admin = postgres(test_database.url, { max: 1 });
  const cut = admin`select max(created_at) from drizzle.__drizzle_migrations`;
  await admin`delete from drizzle.__drizzle_migrations where created_at = (${cut})`;
  expect(await pendingMigrations(database)).toBe(1);
  await admin.end();
});

describe('audit records', () => {
  const context = { principal: systemPrincipal('test', 'default'), requestId: 'r', now: Date.now() };

  test('stand in one transaction with the change: an error undoes both', async () => {
    const entry = { action: 'environment.update', subject: { type: 'environment', id: 'dev' } } as const;
    const failing = change(database, context, async (tx, record) => {
      record(entry);
      await tx.update(schema.environments).set({ rank: 9 }).where(sql`name = 'dev'`);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.sql`select count(*)::int as n from audit_records`).toEqual([{ n: 0 }]);
    await change(database, context, async (_, record) => record(entry));
    expect(await database.sql`select seq::int, action from audit_records`).toEqual([{ seq: 1, action: entry.action }]);
  });

  test('can be changed by nobody: not by the role of the application, not by the owner', async () => {
    for (const statement of [
      `update audit_records set actor = 'x'`,
      'delete from audit_records',
      'truncate audit_records',
      `insert into audit_records select * from audit_records`,
      'update audit_heads set seq = 0',
    ])
      await expect(database.sql.unsafe(statement), statement).rejects.toThrow(/permission denied/);
    const owner = openDatabase({ url: test_database.url, role: null });
    for (const statement of [
      `update audit_records set actor = 'x'`,
      'delete from audit_records',
      'truncate audit_records',
    ])
      await expect(owner.sql.unsafe(statement), statement).rejects.toThrow(/refused/);
    await owner.close();
  });
});

test('functions that run as their owner are for the application alone, and search in one schema', async () => {
  const open = await database.sql`
    select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef and (
      proacl is null or exists (select from aclexplode(proacl) where grantee = 0)
      or not 'search_path=public, pg_temp' = any (coalesce(proconfig, '{}')))`;
  expect(open).toEqual([]);
});
