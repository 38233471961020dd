import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { migrateDatabase } from './migrate-database.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'));
});
afterAll(() => database.drop());

/** The tokens that it told. */
async function told(options: { renewOwner?: boolean } = {}): Promise<string[]> {
  const lines: string[] = [];
  await migrateDatabase({ env: { DATABASE_URL: database.url }, log: (line) => lines.push(line), ...options });
  return lines.flatMap((line) => [...line.matchAll(/^owner token (weir_\S+)$/gm)].map(([, token = '']) => token));
}

test("tells the owner's token the first time only, and a new one when it is renewed", async () => {
  const [first] = await told();
  expect(first).toBeDefined();
  expect(await told()).toEqual([]);
  const renewed = await told({ renewOwner: true });
  expect(renewed).toHaveLength(1);
  expect(renewed[0]).not.toBe(first);
});
