import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import { createIdempotency, type KeyedRequest } from '../../src/api/idempotency.ts';
import { LOCAL_PRINCIPAL } from '../../src/auth/principal.ts';
import { Problem } from '../../src/problems/problem.ts';
import { change } from '../../src/store/change.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { RequestClaim } from '../../src/store/request-claim.ts';
import { idempotencyKeys, organisations } from '../../src/store/schema/index.ts';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 8 });
});
afterEach(async () => {
  await database.close();
  await place.drop();
});

const REQUEST: KeyedRequest = {
  principal: LOCAL_PRINCIPAL,
  key: 'k',
  operation: 'POST /things',
  body: Buffer.from('{}'),
  secretAnswer: false,
};
const made = (): Response =>
  new Response('{"id":"made-once"}', {
    status: 201,
    headers: { 'content-type': 'application/json', location: '/things/1', 'set-cookie': 'session=secret' },
  });

/** Makes the organisation `made-once`: a second time would fail. */
async function make(claim: RequestClaim): Promise<Response> {
  const context = { principal: LOCAL_PRINCIPAL, requestId: null, now: Date.now(), claim };
  await change(database, context, async (tx, record) => {
    await tx.insert(organisations).values({ id: 'made-once', title: 'Made once' });
    record({ action: 'organisation.create', subject: { type: 'organisation', id: 'made-once' } });
  });
  return made();
}
const isMade = async () =>
  (await database.db.select().from(organisations).where(eq(organisations.id, 'made-once'))).length === 1;
const code = async (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'no problem',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

describe('a key', () => {
  test('gives the first answer again, and says so; never its cookies', async () => {
    const { run } = createIdempotency({ database });
    const first = await run(REQUEST, make);
    expect([first.status, await first.text(), first.headers.has('idempotent-replayed')]).toEqual([
      201,
      '{"id":"made-once"}',
      false,
    ]);
    const repeat = await run(REQUEST, async () => Promise.reject(new Error('it ran again')));
    expect([repeat.status, await repeat.text()]).toEqual([201, '{"id":"made-once"}']);
    expect(Object.fromEntries(repeat.headers)).toEqual({
      'content-type': 'application/json',
      location: '/things/1',
      'idempotent-replayed': 'true',
    });
  });

  test('holds for one caller and one request', async () => {
    const { run } = createIdempotency({ database });
    await run(REQUEST, async () => made());
    expect(await code(run({ ...REQUEST, body: Buffer.from('{"a":1}') }, make))).toBe('idempotency_conflict');
    expect(await code(run({ ...REQUEST, operation: 'POST /things?x=1' }, make))).toBe('idempotency_conflict');
    for (const other of [{ id: 'user:other' }, { organisation: 'elsewhere' }]) {
      const answer = await run(
        { ...REQUEST, principal: { ...LOCAL_PRINCIPAL, ...other } },
        async () => new Response('theirs'),
      );
      expect(await answer.text()).toBe('theirs');
    }
  });

  test('of a request that failed is free again', async () => {
    const { run } = createIdempotency({ database });
    expect(await code(run(REQUEST, async () => Promise.reject(new Problem('flow_exists', 'x'))))).toBe('flow_exists');
    expect((await run(REQUEST, async () => new Response('no', { status: 409 }))).status).toBe(409);
    expect((await run(REQUEST, make)).status).toBe(201);
  });

  test('sent twenty times at once runs once', async () => {
    const { run } = createIdempotency({ database });
    let runs = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        code(
          run(REQUEST, async (claim) => {
            runs++;
            await new Promise((resolve) => setTimeout(resolve, 100));
            return make(claim);
          }),
        ),
      ),
    );
    expect(runs).toBe(1);
    expect(new Set(outcomes)).toEqual(new Set(['no problem', 'idempotency_in_progress']));
  });

  test('keeps no secret', async () => {
    const { run } = createIdempotency({ database });
    const secret = { ...REQUEST, secretAnswer: true };
    expect(await (await run(secret, async () => new Response('{"token":"weir_secret"}'))).text()).toContain('secret');
    expect(await code(run(secret, make))).toBe('answer_not_kept');
    expect(JSON.stringify(await database.db.select().from(idempotencyKeys))).not.toContain('secret');
  });

  test('is forgotten after its time', async () => {
    const { run } = createIdempotency({ database, keepMs: 60_000 });
    await run(REQUEST, async () => made());
    await database.db.update(idempotencyKeys).set({ createdAt: sql`now() - interval '61 seconds'` });
    expect((await run({ ...REQUEST, body: Buffer.from('other') }, make)).status).toBe(201);
  });
});

describe('a process killed', () => {
  async function killedAt(point: string): Promise<void> {
    const script = fileURLToPath(new URL('keyed-request.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, place.url, point], { stdio: 'inherit' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
  }

  test.each(['before', 'within'])(
    '%s its change has done nothing: the repeat waits for the lease, then runs',
    async (point) => {
      await killedAt(point);
      expect(await isMade()).toBe(false);
      expect(await code(createIdempotency({ database }).run(REQUEST, make))).toBe('idempotency_in_progress');
      expect((await createIdempotency({ database, leaseMs: 0 }).run(REQUEST, make)).status).toBe(201);
      expect(await isMade()).toBe(true);
    },
  );

  test('after its change has done it, and no repeat does it again', async () => {
    await killedAt('after');
    expect(await isMade()).toBe(true);
    const { run } = createIdempotency({ database, leaseMs: 0 });
    expect(await code(run(REQUEST, async () => Promise.reject(new Error('it ran again'))))).toBe('answer_not_kept');
  });

  test('taken for dead while it was only slow: one of the two changes stands', async () => {
    const { run } = createIdempotency({ database, leaseMs: 0 });
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const slow = code(
      run(REQUEST, async (claim) => {
        await held;
        return make(claim);
      }),
    );
    await expect.poll(async () => database.db.$count(idempotencyKeys)).toBe(1);
    expect((await run(REQUEST, make)).status).toBe(201);
    goOn();
    expect(await slow).toBe('idempotency_in_progress');
    expect(await (await run(REQUEST, make)).text()).toBe('{"id":"made-once"}');
  });
});
