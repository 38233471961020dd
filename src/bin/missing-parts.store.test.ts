import { expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { openDatabase } from '../store/database.ts';
import { missingParts } from './missing-parts.ts';

test('says that migrations are behind, and that the database is away', async () => {
  const place = await createTestDatabase(inject('databaseUrl'));
  const database = openDatabase({ url: place.url, max: 1 });
  const missing = missingParts({ foundation: { database }, worker: null });
  expect(await missing()).toEqual([]);
  const owner = openDatabase({ url: place.url, max: 1, role: null });
  await owner.sql`delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations)`;
  expect(await missing()).toEqual(['the database lacks 1 migrations: run weir migrate']);
  await Promise.all([owner.close(), database.close()]);
  await place.drop();
  expect(await missing()).toEqual(['PostgreSQL does not answer']);
});
