import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import { createAuthenticate } from '../api/authenticate.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { createDenials } from './denials.ts';
import { newTokenSecret } from './token-secret.ts';

let place: TestDatabase;
let database: Database;
beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 2 });
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

const written = async () => {
  const rows = await database.sql<{ body: string }[]>`select body from audit_records order by seq`;
  return rows.map(({ body }) => JSON.parse(body).details as Record<string, unknown>); // it is JSON of ours
};

test('a flood from ten thousand addresses leaves some fifty records and the whole count', async () => {
  const denials = createDenials({ database, now: Date.now });
  for (let i = 0; i < 10_000; i++)
    denials.note({ reason: 'unknown_token', credential: 'token', address: `10.0.${i >> 8}.${i & 255}` });
  await denials.close();
  const found = await written();
  expect(found.length).toBeLessThanOrEqual(51);
  expect(found.reduce((sum, { count }) => sum + Number(count), 0)).toBe(10_000);
  expect(JSON.stringify(found)).not.toContain('10.0.');
});

test('a window is written when it is over', async () => {
  const before = (await written()).length;
  const denials = createDenials({ database, now: Date.now, windowMs: 50 });
  for (let i = 0; i < 3; i++) denials.note({ reason: 'expired', credential: 'token' });
  await vi.waitFor(async () => expect((await written()).slice(before).map(({ count }) => count)).toEqual([1, 2]));
  await denials.close();
  expect((await written()).length).toBe(before + 2);
});

test('a database that is away makes no 401 of a good credential, and no error of a count', async () => {
  const away = openDatabase({ url: 'postgres://x:y@127.0.0.1:1/none', max: 1 });
  const onError = vi.fn();
  const denials = createDenials({ database: away, now: Date.now, onError });
  const authenticate = createAuthenticate({ database: away, denials, now: Date.now });
  const { secret } = newTokenSecret(crypto.randomUUID());
  for (const headers of [{ authorization: `Bearer ${secret}` }, { cookie: `weir_session=${'a'.repeat(43)}` }])
    await expect(authenticate(new Request('http://x/', { headers }))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  await expect(
    authenticate(new Request('http://x/', { headers: { authorization: 'Bearer x' } })),
  ).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  await denials.close();
  expect(onError).toHaveBeenCalled();
  await away.close();
});
