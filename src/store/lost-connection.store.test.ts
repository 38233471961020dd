import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { systemPrincipal } from '../auth/principal.ts';
import { change } from './change.ts';
import { type Database, openDatabase } from './database.ts';
import { organisations } from './schema/index.ts';

const ROUNDS = 12;
let place: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
let killer: Database;
beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  // One connection: whoever comes next gets that of the transaction that was cut off.
  database = openDatabase({ url: place.url, max: 1 });
  killer = openDatabase({ url: place.url, max: 1, role: null });
});
afterAll(async () => {
  await database.close();
  await killer.close();
  await place.drop();
});

test('a connection that dies in the middle of a change undoes it, ends nothing else, and is replaced', async () => {
  const context = { principal: systemPrincipal('test', 'default'), requestId: null, now: Date.now() };
  for (let round = 0; round < ROUNDS; round++) {
    const others: Promise<unknown>[] = [];
    const cut = change(database, context, async (tx, record) => {
      record({ action: 'organisation.create', subject: { type: 'organisation', id: `half-${round}` } });
      const [own] = await tx.execute<{ pid: number }>('select pg_backend_pid() as pid');
      await tx.insert(organisations).values({ id: `half-${round}-a`, title: 'a' });
      await killer.sql`select pg_terminate_backend(${own?.pid ?? 0})`;
      // Somebody else wants the connection, and has it connected anew.
      others.push(database.sql`select 1 as one`.catch((error: unknown) => error));
      if (round % 2 === 0) await Promise.all(others);
      // Work that goes on after an error must not reach the database either.
      await tx
        .insert(organisations)
        .values({ id: `half-${round}-b`, title: 'b' })
        .catch(() => undefined);
    });
    await expect(cut).rejects.toMatchObject({ code: 'store_unavailable' });
    await Promise.all(others);
  }
  expect(await killer.sql`select id from organisations where id like 'half-%'`).toEqual([]);
  expect(await killer.sql`select count(*)::int as n from audit_records where action = 'organisation.create'`).toEqual([
    { n: 0 },
  ]);
  expect(await database.sql`select 1 as one`).toEqual([{ one: 1 }]);
});
