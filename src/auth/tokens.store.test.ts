import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { storeApi, type StoreApi } from '../api/testdata/store-api.ts';
import { createAuthenticate } from '../api/authenticate.ts';
import { openDatabase } from '../store/database.ts';
import { createTokens } from './create-tokens.ts';
import { ensureOwnerToken } from './owner-token.ts';
import { tokenPrincipal } from './token-principal.ts';
import { newTokenSecret, tokenIdOf } from './token-secret.ts';

const DAY = 24 * 60 * 60 * 1000;
let api: StoreApi;
let owner: string;
let now = Date.now();
const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
const ALL = { kind: 'all' };

beforeAll(async () => {
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control: (context, database) => ({ tokens: createTokens({ database })(context) }),
    authenticate: (database) => createAuthenticate({ database, now: () => now }),
    now: () => now,
  });
  owner = (await ensureOwnerToken(api.database, 'default', { now: () => now })) ?? '';
});
afterAll(() => api.close());

async function make(grants: unknown, more: object = {}, maker = owner) {
  now += 1; // so that lists have an order
  return api.call('POST', '/tokens', { name: 'ci', grants, ...more }, as(maker));
}

test('the secret of a token holds its id, and 256 random bits', () => {
  for (const id of [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    crypto.randomUUID(),
  ]) {
    const { secret, hash } = newTokenSecret(id);
    expect(secret).toMatch(/^weir_[0-9A-Za-z]{22}_[\w-]{43}$/);
    expect(tokenIdOf(secret)).toBe(id);
    expect(hash).toHaveLength(32);
    expect(newTokenSecret(id).secret).not.toBe(secret);
  }
  expect(tokenIdOf(`weir_${'z'.repeat(22)}_${'a'.repeat(43)}`)).toBeNull(); // more than 128 bits
});

describe('the owner token', () => {
  test('is made once, by however many boots, and audited', async () => {
    const fresh = await storeApi({ maintenanceUrl: inject('databaseUrl'), control: () => ({}) });
    const made = await Promise.all(Array.from({ length: 20 }, () => ensureOwnerToken(fresh.database, 'default')));
    expect(made.filter((secret) => secret !== null)).toHaveLength(1);
    expect(await fresh.database.sql`select name, expires_at from tokens`).toEqual([
      { name: 'owner', expires_at: null },
    ]);
    expect(await fresh.database.sql`select action, actor from audit_records`).toEqual([
      { action: 'token.create', actor: 'system:owner' },
    ]);
    await fresh.close();
  });
  test('can be renewed by who has the database: the old one is revoked', async () => {
    const fresh = await storeApi({ maintenanceUrl: inject('databaseUrl'), control: () => ({}) });
    const old = (await ensureOwnerToken(fresh.database, 'default')) ?? '';
    const renewed = (await ensureOwnerToken(fresh.database, 'default', { renew: true })) ?? '';
    await expect(tokenPrincipal(fresh.database, old, Date.now())).rejects.toThrow('revoked');
    expect(await tokenPrincipal(fresh.database, renewed, Date.now())).toMatchObject({ name: 'owner' });
    await fresh.close();
  });
  test('may administer and audit everything', async () => {
    const principal = await tokenPrincipal(api.database, owner, now);
    expect(principal.grants).toEqual([
      { role: 'admin', on: ALL },
      { role: 'auditor', on: ALL },
    ]);
  });
});

describe('a machine token', () => {
  test('shows its secret once and is kept as a hash', async () => {
    const { status, body } = await make([{ role: 'operator' }]);
    expect(status).toBe(201);
    expect(body.expires_at).toBe(new Date(now + 90 * DAY).toISOString());
    const rows = await api.database.sql`select * from tokens where id = ${body.id}`;
    const dump = JSON.stringify([rows, await api.database.sql`select * from audit_records`]);
    expect(dump).not.toContain(body.secret.split('_').slice(2).join('_'));
    const listed = await api.call('GET', '/tokens', undefined, as(owner));
    expect(listed.text).not.toContain('secret');
    expect(listed.body.items[0]).toMatchObject({ id: body.id, name: 'ci', grants: [{ role: 'operator', on: ALL }] });
  });

  test('is refused by every process from the moment it is revoked', async () => {
    const other = openDatabase({ url: urlOf(api), max: 2 });
    const { body } = await make([{ role: 'viewer' }]);
    expect(await tokenPrincipal(other, body.secret, now)).toMatchObject({ id: `token:${body.id}`, kind: 'token' });
    expect((await api.call('DELETE', `/tokens/${body.id}`, undefined, as(owner))).body.revoked_at).not.toBeNull();
    await expect(tokenPrincipal(other, body.secret, now)).rejects.toThrow('revoked');
    const answer = await api.call('GET', '/tokens', undefined, as(body.secret));
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="weir", error="invalid_token"/);
    await other.close();
  });

  test('that is forged, cut or of another id is refused', async () => {
    const { body } = await make([{ role: 'viewer' }]);
    const secret: string = body.secret;
    const [, id = ''] = secret.split('_');
    const flipped = `${secret.slice(0, -2)}${secret.at(-2) === 'A' ? 'B' : 'A'}${secret.at(-1)}`;
    const other = `weir_${id}_${'A'.repeat(43)}`;
    const unknown = newTokenSecret(crypto.randomUUID()).secret;
    for (const bad of [flipped, other, unknown, secret.slice(0, -1), `${secret}A`, 'weir_', 'x', `weir_${id}`])
      expect((await api.call('GET', '/tokens', undefined, as(bad))).status, bad).toBe(401);
    for (const authorization of [
      `Basic ${btoa(`x:${secret}`)}`,
      secret,
      '',
      `Bearer ${secret}, Bearer ${secret}`,
      `Bearer ${secret} x`,
    ])
      expect((await api.call('GET', '/tokens', undefined, { authorization })).status, authorization).toBe(401);
    expect((await api.call('GET', '/tokens', undefined, as(secret))).status).toBe(200);
    expect((await api.call('GET', '/tokens')).status).toBe(401);
  });

  test('ends when it expires, to the moment', async () => {
    const { body } = await make([{ role: 'viewer' }], { expires_in: '1h' });
    const end = new Date(body.expires_at).getTime();
    expect(end).toBe(now + 60 * 60 * 1000);
    await expect(tokenPrincipal(api.database, body.secret, end)).rejects.toThrow('expired');
    expect(await tokenPrincipal(api.database, body.secret, end - 1)).toMatchObject({ kind: 'token' });
  });

  test('lives for a year at most; without end only from an administrator', async () => {
    expect((await make([{ role: 'viewer' }], { expires_in: '365d' })).status).toBe(201);
    expect((await make([{ role: 'viewer' }], { expires_in: '367d' })).body.code).toBe('invalid_request');
    expect((await make([{ role: 'viewer' }], { expires_in: '0s' })).body.code).toBe('invalid_request');
    expect((await make([{ role: 'viewer' }], { expires_at: '2020-01-01T00:00:00Z' })).body.code).toBe(
      'invalid_request',
    );
    expect((await make([{ role: 'viewer' }], { expires_in: '1d', expires_at: '2099-01-01T00:00:00Z' })).status).toBe(
      400,
    );
    expect((await make([{ role: 'viewer' }], { expires_in: 'never' })).body.expires_at).toBeNull();
    const author = (await make([{ role: 'author' }])).body.secret;
    expect((await make([{ role: 'viewer' }], { expires_in: 'never' }, author)).body.code).toBe('forbidden');
  });

  test('gives no more than it has: by permission, by scope, by time', async () => {
    const flow = { kind: 'flow', flow: 'refunds' };
    const category = { kind: 'category', category: 'billing' };
    const maker = (
      await make(
        [
          { role: 'operator', on: category },
          { role: 'author', on: flow },
        ],
        { expires_in: '10d' },
      )
    ).body;
    const tryAs = async (role: string, on: object) => (await make([{ role, on }], {}, maker.secret)).status;
    expect(await tryAs('operator', category)).toBe(201);
    expect(await tryAs('viewer', category)).toBe(201);
    expect(await tryAs('author', flow)).toBe(201);
    expect(await tryAs('operator', ALL)).toBe(403);
    expect(await tryAs('operator', flow)).toBe(403); // it may execute the category, not this flow
    expect(await tryAs('author', category)).toBe(403);
    expect(await tryAs('admin', flow)).toBe(403);
    expect(await tryAs('operator', { kind: 'category', category: 'hr' })).toBe(403);
    const made = await make([{ role: 'viewer', on: flow }], {}, maker.secret);
    expect(made.body.expires_at).toBe(maker.expires_at); // not 90 days
    expect((await make([{ role: 'viewer', on: flow }], { expires_in: '11d' }, maker.secret)).status).toBe(403);
  });

  test('sees and revokes itself and what it made, not what others made', async () => {
    const [a, b] = [(await make([{ role: 'author' }])).body, (await make([{ role: 'author' }])).body];
    const own = (await make([{ role: 'viewer' }], {}, a.secret)).body;
    const seen = (await api.call('GET', '/tokens', undefined, as(a.secret))).body.items as { id: string }[]; // as documented
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set([a.id, own.id]));
    expect((await api.call('DELETE', `/tokens/${own.id}`, undefined, as(b.secret))).status).toBe(404);
    expect((await api.call('DELETE', `/tokens/${b.id}`, undefined, as(a.secret))).status).toBe(404);
    expect((await api.call('DELETE', `/tokens/${own.id}`, undefined, as(a.secret))).status).toBe(200);
    expect((await api.call('DELETE', `/tokens/${a.id}`, undefined, as(a.secret))).status).toBe(200);
    expect((await api.call('GET', '/tokens', undefined, as(a.secret))).status).toBe(401);
  });

  test('can be revoked together with all that came of it', async () => {
    const first = (await make([{ role: 'author' }])).body;
    const second = (await make([{ role: 'author' }], {}, first.secret)).body;
    const third = (await make([{ role: 'viewer' }], {}, second.secret)).body;
    await api.call('DELETE', `/tokens/${first.id}`, undefined, as(owner));
    expect((await api.call('GET', '/tokens', undefined, as(third.secret))).status).toBe(200);
    await api.call('DELETE', `/tokens/${first.id}?made=true`, undefined, as(owner));
    for (const { secret } of [first, second, third])
      expect((await api.call('GET', '/tokens', undefined, as(secret))).status).toBe(401);
  });

  test('is written to once an hour, however often it is used', async () => {
    const { body } = await make([{ role: 'viewer' }]);
    const writes = async () => {
      const [row] = await api.database
        .sql`select extract(epoch from last_used_at) * 1000 as at, xmin::text from tokens where id = ${body.id}`;
      return row;
    };
    await Promise.all(Array.from({ length: 10 }, () => tokenPrincipal(api.database, body.secret, now)));
    const first = await writes();
    expect(Number(first?.at)).toBe(now);
    await tokenPrincipal(api.database, body.secret, now + 59 * 60_000);
    expect(await writes()).toEqual(first);
    await tokenPrincipal(api.database, body.secret, now + 61 * 60_000);
    expect(Number((await writes())?.at)).toBe(now + 61 * 60_000);
  });

  test.each([
    { name: '' },
    { name: 'a\nb' },
    { name: `long${' '.repeat(5)}${'x'.repeat(201)}` },
    { grants: [] },
    { grants: [{ role: 'root' }] },
    { grants: [{ role: 'viewer', on: { kind: 'flow' } }] },
    { grants: [{ role: 'viewer', on: { kind: 'all', flow: 'x' } }] },
    { expires_in: 5 },
    { expires_in: 'soon' },
    { organisation: 'other' },
  ])('is refused as %j', async (part) => {
    const answer = await api.call('POST', '/tokens', { name: 'ci', grants: [{ role: 'viewer' }], ...part }, as(owner));
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  test('lists come in pages, newest first', async () => {
    now += 1;
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await api.call('GET', `/tokens?limit=7${cursor && `&cursor=${cursor}`}`, undefined, as(owner));
      seen.push(...page.body.items.map((token: { id: string }) => token.id));
      cursor = page.body.next;
    }
    const all = await api.database.sql`select id from tokens order by created_at desc, id desc`;
    expect(seen).toEqual(all.map(({ id }) => id));
    for (const bad of ['x', btoa('1 2'), btoa("1 ' or 1=1")])
      expect((await api.call('GET', `/tokens?cursor=${bad}`, undefined, as(owner))).status).toBe(400);
  });

  test('of another organisation is neither seen nor revoked', async () => {
    await api.database.sql`insert into organisations (id, title) values ('acme', 'Acme')`;
    const theirs = (await ensureOwnerToken(api.database, 'acme', { now: () => now })) ?? '';
    const [{ id } = { id: '' }] = await api.database.sql<
      { id: string }[]
    >`select id from tokens where organisation = 'acme'`;
    expect((await api.call('DELETE', `/tokens/${id}`, undefined, as(owner))).status).toBe(404);
    expect((await api.call('GET', '/tokens?limit=200', undefined, as(owner))).text).not.toContain(id);
    expect((await api.call('GET', '/tokens', undefined, as(theirs))).body.items).toHaveLength(1);
  });

  test('that is the last to administer can not be revoked', async () => {
    const admin = (await make([{ role: 'admin' }])).body;
    const secret = (await ensureOwnerToken(api.database, 'acme', { renew: true, now: () => now })) ?? '';
    const left = tokenIdOf(secret);
    const answer = await api.call('DELETE', `/tokens/${left}`, undefined, as(secret));
    expect(answer).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    expect((await api.call('GET', '/tokens', undefined, as(secret))).status).toBe(200);
    expect((await api.call('DELETE', `/tokens/${admin.id}`, undefined, as(owner))).status).toBe(200);
  });
});

test('every change stands in the audit log', async () => {
  const { body } = await make([{ role: 'viewer' }]);
  await api.call('DELETE', `/tokens/${body.id}`, undefined, as(owner));
  const rows = await api.database
    .sql`select action, outcome, actor, body from audit_records where subject = ${body.id} order by seq`;
  const actor = `token:${tokenIdOf(owner)}`;
  expect(rows).toMatchObject([
    { action: 'token.create', outcome: 'success', actor },
    { action: 'token.revoke', outcome: 'success', actor },
  ]);
  expect(JSON.parse(rows[0]?.body).details).toMatchObject({ name: 'ci', grants: [{ role: 'viewer', on: ALL }] });
});

function urlOf({ database }: StoreApi): string {
  const { host, port, database: name, user, pass } = database.sql.options;
  return `postgres://${user}:${encodeURIComponent(String(pass ?? ''))}@${host[0]}:${port[0]}/${name}`;
}
