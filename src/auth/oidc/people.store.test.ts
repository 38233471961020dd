// People by bearer tokens of a provider: who they are here, what they may do, and who is refused.
import { importJWK, SignJWT } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createAuthenticate } from '../../api/authenticate.ts';
import { type StoreApi, storeApi } from '../../api/testdata/store-api.ts';
import { createGrants } from '../create-grants.ts';
import { createOrganisations } from '../create-organisations.ts';
import { createTokens } from '../create-tokens.ts';
import { createUsers } from '../create-users.ts';
import { createDenials, type Denials } from '../denials.ts';
import { ensureOwnerToken } from '../owner-token.ts';
import { tokenIdOf } from '../token-secret.ts';
import { userIdOf } from '../user-principal.ts';
import { createOidc } from './create-oidc.ts';

let idp: OAuth2Server;
let issuer: string;
let api: StoreApi;
let owner: string;
let denials: Denials;
let now = Date.now();
const ALL = { kind: 'all' };

beforeAll(async () => {
  idp = new OAuth2Server();
  await idp.issuer.keys.generate('RS256', { kid: 'k' });
  await idp.start(0, '127.0.0.1');
  issuer = `http://127.0.0.1:${idp.address().port}`;
  idp.issuer.url = issuer;
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control: (context, database) => ({
      tokens: createTokens({ database })(context),
      grants: createGrants({ database })(context),
      users: createUsers({ database })(context),
      organisations: createOrganisations({ database })(context),
    }),
    authenticate: (database) => {
      denials = createDenials({ database, now: () => now });
      const oidc = createOidc({
        issuer,
        audience: 'weir',
        claims: {
          organisation: 'https://weir.example/org',
          roles: 'realm_access.roles',
          roleMap: { 'weir-admins': 'admin', readers: 'viewer' },
        },
        now: () => now,
      });
      return createAuthenticate({ database, oidc, denials, now: () => now });
    },
    now: () => now,
  });
  owner = (await ensureOwnerToken(api.database, 'default', { now: () => now })) ?? '';
});
afterAll(async () => {
  await denials.close();
  await api.close();
  await idp.stop();
});

interface Person {
  readonly sub: string;
  readonly org?: unknown;
  readonly roles?: unknown;
  readonly [claim: string]: unknown;
}
async function bearer({ sub, org = 'default', roles = [], ...claims }: Person): Promise<{ authorization: string }> {
  const at = Math.floor(now / 1000);
  const [jwk] = idp.issuer.keys.toJSON(true);
  const token = await new SignJWT({
    'https://weir.example/org': org,
    realm_access: { roles },
    iss: issuer,
    aud: 'weir',
    sub,
    iat: at,
    exp: at + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .sign(await importJWK(jwk ?? {}, 'RS256'));
  return { authorization: `Bearer ${token}` };
}
const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
const me = async (person: Person) => api.call('GET', '/me', undefined, await bearer(person));
const idOf = (sub: string) => userIdOf({ issuer, subject: sub });
const actions = async (organisation = 'default') =>
  (await api.database.sql`select action from audit_records where organisation = ${organisation} order by seq`).map(
    (row) => row.action,
  );

describe('a person', () => {
  test('is known by issuer and subject, and by name to people', async () => {
    const answer = await me({ sub: 'ada', preferred_username: 'ada', email: 'ada@example.com', name: 'Ada L.' });
    expect(answer.body).toMatchObject({
      kind: 'user',
      id: idOf('ada'),
      name: 'ada',
      organisation: 'default',
      grants: [],
      permissions: [],
    });
    expect(answer.body.id).toMatch(/^user:[\w-]{22}$/);
    expect((await me({ sub: 'bob', email: 'bob@example.com', name: 'Bob' })).body.name).toBe('bob@example.com');
    expect((await me({ sub: 'cyd', name: 'Cyd' })).body.name).toBe('Cyd');
    expect((await me({ sub: 'dan', preferred_username: 'x\u0000\u202Ey' })).body.name).toBe('dan');
  });

  test('has the roles that the provider gives, as they are mapped; unknown ones count for nothing', async () => {
    const given = await me({
      sub: 'ada',
      roles: ['readers', 'admin', 'constructor', '__proto__', 7, null, 'weir-admins'],
    });
    expect(given.body.grants).toEqual([
      { role: 'viewer', on: ALL },
      { role: 'admin', on: ALL },
    ]);
    for (const roles of ['admin', ['auditor'], { readers: true }, null])
      expect((await me({ sub: 'ada', roles })).body.grants, JSON.stringify(roles)).toEqual([]);
  });

  test('is entered once, by however many requests at once, and seen to the hour', async () => {
    const person = await bearer({ sub: 'eve' });
    const before = (await actions()).length;
    await Promise.all(Array.from({ length: 15 }, () => api.call('GET', '/me', undefined, person)));
    expect((await actions()).slice(before)).toEqual(['user.create']);
    const seen = async () =>
      (
        await api.database
          .sql`select xmin::text as version, extract(epoch from last_seen_at) * 1000 as at from users where id = ${idOf('eve')}`
      )[0];
    const first = await seen();
    await me({ sub: 'eve', name: 'eve' });
    expect(await seen()).toEqual(first);
    now += 61 * 60_000;
    await me({ sub: 'eve', name: 'eve' });
    expect(Number((await seen())?.at)).toBe(now);
  });

  test('of an organisation that does not exist is refused, and none is made', async () => {
    for (const org of ['nowhere', '', 'Default', ['default', 'acme'], 5, null, { id: 'default' }, "x' or '1'='1"])
      expect((await me({ sub: 'fay', org })).status, JSON.stringify(org)).toBe(401);
    expect(await api.database.sql`select id from organisations`).toEqual([{ id: 'default' }]);
  });

  test('may have any claim, and no answer is a defect', async () => {
    const odd = ['\u0000', '\ud800', 'x'.repeat(5_000), '\u202e', '"', "'", '{}', '%', ''];
    expect(
      (
        await me({
          sub: 'odd',
          groups: [...odd, 5, null, {}],
          preferred_username: odd,
          email: '\ud800',
          name: '\u0000',
        })
      ).status,
    ).toBe(200);
    expect((await me({ sub: 'odd', groups: Array.from({ length: 3_000 }, (_, i) => `g${i}`) })).status).toBe(200);
    expect((await me({ sub: '\ud800' })).status).toBe(401);
  });

  test('who is disabled is refused at once, with the tokens that he made, until he is enabled', async () => {
    const grace = { sub: 'grace', roles: ['weir-admins'] };
    await me(grace);
    const { body: token } = await api.call(
      'POST',
      '/tokens',
      { name: 'g', grants: [{ role: 'viewer' }] },
      await bearer(grace),
    );
    expect((await api.call('GET', '/me', undefined, as(token.secret))).status).toBe(200);
    const disabled = await api.call('POST', `/users/${idOf('grace')}/disable`, {}, as(owner));
    expect(disabled).toMatchObject({ status: 200, body: { id: idOf('grace'), disabled_at: expect.any(String) } });
    const refused = await me(grace);
    expect(refused).toMatchObject({ status: 401, body: { detail: 'This user is disabled.' } });
    expect((await api.call('GET', '/me', undefined, as(token.secret))).status).toBe(401);
    expect(
      (await api.call('POST', `/users/${idOf('grace')}/enable`, undefined, as(owner))).body.disabled_at,
    ).toBeNull();
    expect((await me(grace)).status).toBe(200);
    expect((await api.call('GET', '/me', undefined, as(token.secret))).status).toBe(401);
    expect((await api.call('POST', `/users/${idOf('nobody')}/disable`, {}, as(owner))).status).toBe(404);
  });
});

describe('grants', () => {
  const give = (body: object, by = as(owner)) => api.call('POST', '/grants', body, by);

  test('to a user and to a group count from the next request on, and until they are taken', async () => {
    await me({ sub: 'hal' });
    const user = await give({
      subject: { kind: 'user', id: idOf('hal') },
      role: 'author',
      on: { kind: 'flow', flow: 'refunds' },
    });
    now += 1;
    const group = await give({
      subject: { kind: 'group', id: 'ops' },
      role: 'operator',
      on: { kind: 'category', category: 'billing' },
    });
    expect([user.status, group.status]).toEqual([201, 201]);
    const hal = { sub: 'hal', groups: ['ops', 'others'] };
    expect((await me(hal)).body.grants).toEqual(
      expect.arrayContaining([
        { role: 'author', on: { kind: 'flow', flow: 'refunds' } },
        { role: 'operator', on: { kind: 'category', category: 'billing' } },
      ]),
    );
    expect((await me({ sub: 'hal', groups: ['o', 'OPS', 'user'] })).body.grants).toHaveLength(1);
    expect((await me({ sub: 'ida', groups: [idOf('hal')] })).body.grants).toEqual([]);
    expect(
      (await api.call('GET', '/grants', undefined, as(owner))).body.items.map(({ id }: { id: string }) => id),
    ).toEqual([group.body.id, user.body.id]);
    expect((await api.call('DELETE', `/grants/${user.body.id}`, undefined, as(owner))).status).toBe(204);
    expect((await me(hal)).body.grants).toEqual([{ role: 'operator', on: { kind: 'category', category: 'billing' } }]);
    expect((await api.call('DELETE', `/grants/${user.body.id}`, undefined, as(owner))).status).toBe(404);
    expect((await actions()).filter((action) => action.startsWith('grant.'))).toEqual([
      'grant.give',
      'grant.give',
      'grant.take',
    ]);
  });

  test('are given once, to people who are known, by administrators of everything', async () => {
    const body = { subject: { kind: 'group', id: 'devs' }, role: 'viewer' };
    expect((await give(body)).status).toBe(201);
    expect((await give(body)).body.code).toBe('exists');
    expect((await give({ subject: { kind: 'user', id: idOf('stranger') }, role: 'viewer' })).body.code).toBe(
      'invalid_request',
    );
    expect((await give({ subject: { kind: 'user', id: 'token:x' }, role: 'viewer' })).status).toBe(400);
    expect((await give({ subject: { kind: 'group', id: 'a\nb' }, role: 'viewer' })).status).toBe(400);
    expect((await give({ ...body, role: 'owner' })).status).toBe(400);
    for (const role of ['viewer', 'author', 'operator', 'auditor']) {
      const { body: made } = await api.call('POST', '/tokens', { name: role, grants: [{ role }] }, as(owner));
      expect(
        (await give({ ...body, role: 'viewer', on: { kind: 'flow', flow: 'x' } }, as(made.secret))).status,
        role,
      ).toBe(403);
    }
    const scoped = await api.call(
      'POST',
      '/tokens',
      { name: 's', grants: [{ role: 'admin', on: { kind: 'flow', flow: 'x' } }] },
      as(owner),
    );
    expect((await give({ ...body, on: { kind: 'flow', flow: 'x' } }, as(scoped.body.secret))).status).toBe(403);
  });

  test('leave somebody to administer: of two who go at once, one stays', async () => {
    const made = await api.call('POST', '/organisations', { id: 'twins' }, as(owner));
    const first = made.body.owner_token;
    const person = { sub: 'kim', org: 'twins' };
    await me(person);
    const grant = await give({ subject: { kind: 'user', id: idOf('kim') }, role: 'admin' }, as(first));
    expect(grant.status).toBe(201);
    const byKim = await bearer(person);
    const [took, revoked] = await Promise.all([
      api.call('DELETE', `/grants/${grant.body.id}`, undefined, as(first)),
      api.call('DELETE', `/tokens/${tokenIdOf(first)}`, undefined, byKim),
    ]);
    // Both have been let in before either was done; the second to be done is refused.
    expect([took.status, revoked.status].filter((status) => status < 300)).toHaveLength(1);
    expect([took, revoked].find(({ status }) => status >= 400)?.body.code).toMatch(
      /last_admin|unauthenticated|forbidden/,
    );
  });

  test('of a user who is the last to administer: he can not be disabled', async () => {
    const { body } = await api.call('POST', '/organisations', { id: 'solo' }, as(owner));
    await me({ sub: 'lou', org: 'solo' });
    await give({ subject: { kind: 'user', id: idOf('lou') }, role: 'admin' }, as(body.owner_token));
    const lou = await bearer({ sub: 'lou', org: 'solo' });
    expect((await api.call('DELETE', `/tokens/${tokenIdOf(body.owner_token)}`, undefined, lou)).status).toBe(200);
    const last = await api.call('POST', `/users/${idOf('lou')}/disable`, {}, lou);
    expect(last).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    expect((await api.call('GET', '/me', undefined, lou)).status).toBe(200);
  });
});

describe('organisations', () => {
  test('are made by administrators of `default`, with environments and an owner', async () => {
    const { status, body } = await api.call('POST', '/organisations', { id: 'acme', title: 'Acme' }, as(owner));
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: 'acme', title: 'Acme', owner_token: expect.stringMatching(/^weir_/) });
    expect(
      await api.database
        .sql`select name, rank, runs_latest from environments where organisation = 'acme' order by rank`,
    ).toEqual(
      await api.database
        .sql`select name, rank, runs_latest from environments where organisation = 'default' order by rank`,
    );
    expect((await api.call('GET', '/me', undefined, as(body.owner_token))).body).toMatchObject({
      organisation: 'acme',
      name: 'owner',
    });
    expect(await actions('acme')).toEqual(['organisation.create', 'token.create']);
    expect((await actions()).at(-1)).toBe('organisation.create');
    expect((await api.call('POST', '/organisations', { id: 'acme' }, as(owner))).body.code).toBe('exists');
    expect((await api.call('POST', '/organisations', { id: 'evil' }, as(body.owner_token))).body.code).toBe(
      'forbidden',
    );
    for (const id of ['', 'Acme', '-', 'a b', 'x'.repeat(64), '1a'])
      expect((await api.call('POST', '/organisations', { id }, as(owner))).status, id).toBe(400);
    expect(await ensureOwnerToken(api.database, 'acme')).toBeNull();
  });

  test('see themselves; `default` sees all', async () => {
    const { body } = await api.call('POST', '/organisations', { id: 'globex' }, as(owner));
    const ids = async (secret: string, query = '') =>
      (await api.call('GET', `/organisations${query}`, undefined, as(secret))).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids(body.owner_token)).toEqual(['globex']);
    const all = await ids(owner);
    expect(all).toEqual(expect.arrayContaining(['default', 'globex', 'acme']));
    const paged: string[] = [];
    let cursor = '';
    do {
      const page = await api.call(
        'GET',
        `/organisations?limit=1${cursor && `&cursor=${cursor}`}`,
        undefined,
        as(owner),
      );
      paged.push(page.body.items[0].id);
      cursor = page.body.next ?? '';
    } while (cursor !== '');
    expect(paged).toEqual(all);
  });

  test('hold their people, grants and tokens apart', async () => {
    const theirs = (await api.call('POST', '/organisations', { id: 'initech' }, as(owner))).body.owner_token;
    await me({ sub: 'mia', org: 'initech' });
    await me({ sub: 'mia' });
    const grant = await api.call(
      'POST',
      '/grants',
      { subject: { kind: 'user', id: idOf('mia') }, role: 'admin' },
      as(theirs),
    );
    expect((await me({ sub: 'mia' })).body.grants).toEqual([]); // the same person, but in `default`
    expect((await me({ sub: 'mia', org: 'initech' })).body.grants).toHaveLength(1);
    expect((await api.call('DELETE', `/grants/${grant.body.id}`, undefined, as(owner))).status).toBe(404);
    expect((await api.call('GET', '/grants', undefined, as(owner))).text).not.toContain(grant.body.id);
    expect((await api.call('GET', '/users', undefined, as(theirs))).body.items).toHaveLength(1);
    expect((await api.call('POST', `/users/${idOf('mia')}/disable`, {}, as(owner))).status).toBe(200);
    expect((await me({ sub: 'mia', org: 'initech' })).status).toBe(200);
    expect((await me({ sub: 'mia' })).status).toBe(401);
  });
});

describe('refused credentials', () => {
  test('are audited: the first at once, a flood as one count', async () => {
    await denials.close();
    const denied = () =>
      api.database.sql<
        { body: string }[]
      >`select body from audit_records where action = 'identity.denied' and organisation = 'default' order by seq`;
    const before = (await denied()).length;
    for (let i = 0; i < 40; i++)
      await api.call('GET', '/me', undefined, as(`weir_${'0'.repeat(22)}_${'A'.repeat(43)}`));
    await denials.close();
    const found = (await denied()).slice(before).map(({ body }) => JSON.parse(body));
    expect(found.map(({ details }) => details)).toEqual([
      { count: 1, credential: 'token', reason: 'unknown_token' },
      { count: 39, credential: 'token', reason: 'unknown_token' },
    ]);
    expect(found[0]).toMatchObject({ outcome: 'denied', actor: { kind: 'system', id: 'system:authentication' } });
    expect(JSON.stringify(found)).not.toContain('AAAA');
  });

  test('two at once are refused', async () => {
    const answer = await api.call('GET', '/me', undefined, { ...as(owner), cookie: `weir_session=${'a'.repeat(43)}` });
    expect(answer.status).toBe(401);
    expect((await api.call('GET', '/me', undefined, { ...as(owner), cookie: 'other=1' })).status).toBe(200);
  });
});
