import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';

const GOLDEN = join(import.meta.dirname, 'schema.golden.sql');
let place: Awaited<ReturnType<typeof createTestDatabase>>;
let sql: postgres.Sql;
beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  sql = postgres(place.url, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await place.drop();
});

/** What a migrated database holds, as PostgreSQL itself describes it; monthly partitions left out. A dump without pg_dump, which not every machine has. */
async function describeSchema(): Promise<string> {
  const partition = sql`c.relispartition`;
  const columns = await sql<{ line: string }[]>`
    select format('%s.%s %s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' else '' end,
      case when a.attidentity <> '' then ' identity' when a.attgenerated <> '' then ' generated' else '' end,
      coalesce(' default ' || nullif(pg_get_expr(d.adbin, d.adrelid), ''), '')) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not ${partition} and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`;
  const constraints = await sql<{ line: string }[]>`
    select format('%s: %s', c.relname, pg_get_constraintdef(k.oid)) as line
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and not ${partition} and k.contype <> 'n' order by line`;
  const indexes = await sql<{ line: string }[]>`
    select pg_get_indexdef(i.indexrelid) as line from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and not ${partition} order by line`;
  const triggers = await sql<{ line: string }[]>`
    select pg_get_triggerdef(t.oid) as line from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and not t.tgisinternal and not ${partition} order by line`;
  const functions = await sql<{ line: string }[]>`
    select pg_get_functiondef(p.oid) as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' order by p.proname, line`;
  const rights = await sql<{ line: string }[]>`
    select format('%s: %s', c.relname, string_agg(x.privilege_type, ', ' order by x.privilege_type)) as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) x
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not ${partition} and x.grantee = 'weir_app'::regrole
    group by c.relname order by c.relname`;
  const callable = await sql<{ line: string }[]>`
    select p.proname as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and has_function_privilege('weir_app', p.oid, 'execute') order by p.proname`;
  const part = (title: string, rows: readonly { line: string }[]): string =>
    `-- ${title}\n${rows.map(({ line }) => line.trimEnd()).join('\n')}\n`;
  return [
    part('columns', columns),
    part('constraints', constraints),
    part('indexes', indexes),
    part('triggers', triggers),
    part('functions', functions),
    part('rights of weir_app on tables', rights),
    part('functions that weir_app may call', callable),
  ].join('\n');
}

test('the schema is the one that was reviewed', async () => {
  const found = await describeSchema();
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(GOLDEN, found);
  expect(found).toBe(readFileSync(GOLDEN, 'utf8'));
});
