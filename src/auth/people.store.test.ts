// People by bearer tokens of a provider: who they are here, what they may do, and who is refused.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { as, type People, startPeople } from './testdata/people.ts';

let people: People;
const ALL = { kind: 'all' };
beforeAll(async () => {
  people = await startPeople(inject('databaseUrl'));
});
afterAll(() => people.close());

describe('a person', () => {
  test('is known by issuer and subject, and by name to people', async () => {
    const answer = await people.me({ sub: 'ada', preferred_username: 'ada', email: 'ada@example.com', name: 'Ada L.' });
    expect(answer.body).toMatchObject({
      kind: 'user',
      id: people.idOf('ada'),
      name: 'ada',
      organisation: 'default',
      grants: [],
      permissions: [],
    });
    expect(answer.body.id).toMatch(/^user:[\w-]{22}$/);
    expect((await people.me({ sub: 'bob', email: 'bob@example.com', name: 'Bob' })).body.name).toBe('bob@example.com');
    expect((await people.me({ sub: 'cyd', name: 'Cyd' })).body.name).toBe('Cyd');
    expect((await people.me({ sub: 'dan', preferred_username: 'x\u0000\u202Ey' })).body.name).toBe('dan');
  });

  test('keeps his name where a token has none', async () => {
    await people.me({ sub: 'nia', name: 'Nia' });
    people.now += 2 * 60 * 60_000;
    expect((await people.me({ sub: 'nia' })).body.name).toBe('Nia');
    expect((await people.me({ sub: 'nia', name: 'Nia B.' })).body.name).toBe('Nia B.');
  });

  test('who is disabled while he makes a token does not keep it', async () => {
    const ned = { sub: 'ned', roles: ['weir-admins'] };
    await people.me(ned);
    const header = await people.bearer(ned);
    const make = () => people.api.call('POST', '/tokens', { name: 'n', grants: [{ role: 'viewer' }] }, header);
    const made = Promise.all(Array.from({ length: 12 }, make));
    expect((await people.api.call('POST', `/users/${people.idOf('ned')}/disable`, {}, as(people.owner))).status).toBe(
      200,
    );
    for (const { status } of await made) expect([201, 401, 403]).toContain(status);
    const valid = await people.api.database.sql`
      select id from tokens where created_by = ${people.idOf('ned')} and revoked_at is null`;
    expect(valid).toEqual([]);
  });

  test('has the roles that the provider gives, as they are mapped; unknown ones count for nothing', async () => {
    const given = await people.me({
      sub: 'ada',
      roles: ['readers', 'admin', 'constructor', '__proto__', 7, null, 'weir-admins'],
    });
    expect(given.body.grants).toEqual([
      { role: 'viewer', on: ALL },
      { role: 'admin', on: ALL },
    ]);
    for (const roles of ['admin', ['auditor'], { readers: true }, null])
      expect((await people.me({ sub: 'ada', roles })).body.grants, JSON.stringify(roles)).toEqual([]);
  });

  test('is entered once, by however many requests at once, and seen to the hour', async () => {
    const person = await people.bearer({ sub: 'eve' });
    const before = (await people.actions()).length;
    await Promise.all(Array.from({ length: 15 }, () => people.api.call('GET', '/me', undefined, person)));
    expect((await people.actions()).slice(before)).toEqual(['user.create']);
    const seen = async () =>
      (
        await people.api.database
          .sql`select xmin::text as version, extract(epoch from last_seen_at) * 1000 as at from users where id = ${people.idOf('eve')}`
      )[0];
    const first = await seen();
    await people.me({ sub: 'eve', name: 'eve' });
    expect(await seen()).toEqual(first);
    people.now += 61 * 60_000;
    await people.me({ sub: 'eve', name: 'eve' });
    expect(Number((await seen())?.at)).toBe(people.now);
  });

  test('of an organisation that does not exist is refused, and none is made', async () => {
    for (const org of ['nowhere', '', 'Default', ['default', 'acme'], 5, null, { id: 'default' }, "x' or '1'='1"])
      expect((await people.me({ sub: 'fay', org })).status, JSON.stringify(org)).toBe(401);
    expect(await people.api.database.sql`select id from organisations`).toEqual([{ id: 'default' }]);
  });

  test('may have any claim, and no answer is a defect', async () => {
    const odd = ['\u0000', '\ud800', 'x'.repeat(5_000), '\u202e', '"', "'", '{}', '%', ''];
    expect(
      (
        await people.me({
          sub: 'odd',
          groups: [...odd, 5, null, {}],
          preferred_username: odd,
          email: '\ud800',
          name: '\u0000',
        })
      ).status,
    ).toBe(200);
    expect((await people.me({ sub: 'odd', groups: Array.from({ length: 3_000 }, (_, i) => `g${i}`) })).status).toBe(
      200,
    );
    expect((await people.me({ sub: '\ud800' })).status).toBe(401);
  });

  test('who is disabled is refused at once, with the tokens that he made, until he is enabled', async () => {
    const grace = { sub: 'grace', roles: ['weir-admins'] };
    await people.me(grace);
    const { body: token } = await people.api.call(
      'POST',
      '/tokens',
      { name: 'g', grants: [{ role: 'viewer' }] },
      await people.bearer(grace),
    );
    expect((await people.api.call('GET', '/me', undefined, as(token.secret))).status).toBe(200);
    const disabled = await people.api.call('POST', `/users/${people.idOf('grace')}/disable`, {}, as(people.owner));
    expect(disabled).toMatchObject({
      status: 200,
      body: { id: people.idOf('grace'), disabled_at: expect.any(String) },
    });
    const refused = await people.me(grace);
    expect(refused).toMatchObject({ status: 401, body: { detail: 'This user is disabled.' } });
    expect((await people.api.call('GET', '/me', undefined, as(token.secret))).status).toBe(401);
    expect(
      (await people.api.call('POST', `/users/${people.idOf('grace')}/enable`, undefined, as(people.owner))).body
        .disabled_at,
    ).toBeNull();
    expect((await people.me(grace)).status).toBe(200);
    expect((await people.api.call('GET', '/me', undefined, as(token.secret))).status).toBe(401);
    expect(
      (await people.api.call('POST', `/users/${people.idOf('nobody')}/disable`, {}, as(people.owner))).status,
    ).toBe(404);
  });
});

describe('refused credentials', () => {
  test('are audited: the first at once, a flood as one count', async () => {
    await people.denials.close();
    const denied = () =>
      people.api.database.sql<
        { body: string }[]
      >`select body from audit_records where action = 'identity.denied' and organisation = 'default' order by seq`;
    const before = (await denied()).length;
    for (let i = 0; i < 40; i++)
      await people.api.call('GET', '/me', undefined, as(`weir_${'0'.repeat(22)}_${'A'.repeat(43)}`));
    await people.denials.close();
    const found = (await denied()).slice(before).map(({ body }) => JSON.parse(body));
    expect(found.map(({ details }) => details)).toEqual([
      { count: 1, credential: 'token', reason: 'unknown_token' },
      { count: 39, credential: 'token', reason: 'unknown_token' },
    ]);
    expect(found[0]).toMatchObject({ outcome: 'denied', actor: { kind: 'system', id: 'system:authentication' } });
    expect(JSON.stringify(found)).not.toContain('AAAA');
  });

  test('two at once are refused', async () => {
    const answer = await people.api.call('GET', '/me', undefined, {
      ...as(people.owner),
      cookie: `weir_session=${'a'.repeat(43)}`,
    });
    expect(answer.status).toBe(401);
    expect((await people.api.call('GET', '/me', undefined, { ...as(people.owner), cookie: 'other=1' })).status).toBe(
      200,
    );
  });
});
