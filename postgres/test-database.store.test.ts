import postgres from 'postgres';
import { expect, inject, test } from 'vitest';
import { createTestDatabase, TEMPLATE_DATABASE } from './test-database.ts';

/** Rows of the first column. */
async function ask(url: string, query: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return (await sql.unsafe(query).values()).map(([value]) => value);
  } finally {
    await sql.end();
  }
}

const databases = () => ask(inject('databaseUrl'), 'SELECT datname FROM pg_database');
const nameOf = ({ url }: { url: string }) => new URL(url).pathname.slice(1);

test('twenty clones at once are apart, migrated and droppable', async () => {
  const clones = await Promise.all(Array.from({ length: 20 }, () => createTestDatabase(inject('databaseUrl'))));
  expect(new Set(clones.map(nameOf)).size).toBe(20);
  const tables = "SELECT count(*)::int FROM information_schema.tables WHERE table_schema NOT LIKE 'pg%'";
  const [first, second] = clones;
  if (first === undefined || second === undefined) throw new Error('twenty were made');
  await ask(first.url, 'CREATE TABLE only_here (id int)');
  const [inFirst] = await ask(first.url, tables);
  const [inSecond] = await ask(second.url, tables);
  // information_schema's own tables count in on both sides.
  expect(inFirst).toBe(Number(inSecond) + 1);
  const migrated = "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL";
  for (const clone of clones) expect(await ask(clone.url, migrated)).toEqual([true]);

  await Promise.all(clones.map((clone) => clone.drop()));
  const left = await databases();
  for (const clone of clones) expect(left).not.toContain(nameOf(clone));
});

test('a database is dropped from under a connection that a test forgot, and twice without harm', async () => {
  const database = await createTestDatabase(inject('databaseUrl'));
  const forgotten = postgres(database.url, { max: 1, onnotice: () => undefined });
  await forgotten`SELECT 1`;
  await database.drop();
  await database.drop();
  expect(await databases()).not.toContain(nameOf(database));
  await expect(forgotten`SELECT 1`).rejects.toThrow();
  await forgotten.end({ timeout: 1 });
});

test('cloning waits for whoever is connected to the template', async () => {
  const maintenance = inject('databaseUrl');
  await ask(maintenance, `ALTER DATABASE ${TEMPLATE_DATABASE} WITH ALLOW_CONNECTIONS true`);
  const url = new URL(maintenance);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  const guest = postgres(url.href, { max: 1 });
  await guest`SELECT 1`;
  await ask(maintenance, `ALTER DATABASE ${TEMPLATE_DATABASE} WITH ALLOW_CONNECTIONS false`);
  const made = createTestDatabase(maintenance);
  setTimeout(() => void guest.end(), 300);
  const database = await made;
  expect(await databases()).toContain(nameOf(database));
  await database.drop();
});
