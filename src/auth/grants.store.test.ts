// Roles given to people and groups.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createGrants } from './create-grants.ts';
import { createTokens } from './create-tokens.ts';
import type { Principal } from './principal.ts';
import { as, type People, startPeople } from './testdata/people.ts';
import { tokenPrincipal } from './token-principal.ts';
import { tokenIdOf } from './token-secret.ts';

let people: People;
beforeAll(async () => {
  people = await startPeople(inject('databaseUrl'));
});
afterAll(() => people.close());

describe('grants', () => {
  const give = (body: object, by = as(people.owner)) => people.api.call('POST', '/grants', body, by);

  test('to a user and to a group count from the next request on, and until they are taken', async () => {
    await people.me({ sub: 'hal' });
    const user = await give({
      subject: { kind: 'user', id: people.idOf('hal') },
      role: 'author',
      on: { kind: 'flow', flow: 'refunds' },
    });
    people.now += 1;
    const group = await give({
      subject: { kind: 'group', id: 'ops' },
      role: 'operator',
      on: { kind: 'category', category: 'billing' },
    });
    expect([user.status, group.status]).toEqual([201, 201]);
    const hal = { sub: 'hal', groups: ['ops', 'others'] };
    expect((await people.me(hal)).body.grants).toEqual(
      expect.arrayContaining([
        { role: 'author', on: { kind: 'flow', flow: 'refunds' } },
        { role: 'operator', on: { kind: 'category', category: 'billing' } },
      ]),
    );
    expect((await people.me({ sub: 'hal', groups: ['o', 'OPS', 'user'] })).body.grants).toHaveLength(1);
    expect((await people.me({ sub: 'ida', groups: [people.idOf('hal')] })).body.grants).toEqual([]);
    expect(
      (await people.api.call('GET', '/grants', undefined, as(people.owner))).body.items.map(
        ({ id }: { id: string }) => id,
      ),
    ).toEqual([group.body.id, user.body.id]);
    expect((await people.api.call('DELETE', `/grants/${user.body.id}`, undefined, as(people.owner))).status).toBe(204);
    expect((await people.me(hal)).body.grants).toEqual([
      { role: 'operator', on: { kind: 'category', category: 'billing' } },
    ]);
    expect((await people.api.call('DELETE', `/grants/${user.body.id}`, undefined, as(people.owner))).status).toBe(404);
    expect((await people.actions()).filter((action) => action.startsWith('grant.'))).toEqual([
      'grant.give',
      'grant.give',
      'grant.take',
    ]);
  });

  test('are given once, to people who are known, by administrators of everything', async () => {
    const body = { subject: { kind: 'group', id: 'devs' }, role: 'viewer' };
    expect((await give(body)).status).toBe(201);
    expect((await give(body)).body.code).toBe('exists');
    expect((await give({ subject: { kind: 'user', id: people.idOf('stranger') }, role: 'viewer' })).body.code).toBe(
      'invalid_request',
    );
    expect((await give({ subject: { kind: 'user', id: 'token:x' }, role: 'viewer' })).status).toBe(400);
    expect((await give({ subject: { kind: 'group', id: 'a\nb' }, role: 'viewer' })).status).toBe(400);
    expect((await give({ ...body, role: 'owner' })).status).toBe(400);
    for (const role of ['viewer', 'author', 'operator', 'auditor']) {
      const { body: made } = await people.api.call(
        'POST',
        '/tokens',
        { name: role, grants: [{ role }] },
        as(people.owner),
      );
      expect(
        (await give({ ...body, role: 'viewer', on: { kind: 'flow', flow: 'x' } }, as(made.secret))).status,
        role,
      ).toBe(403);
    }
    const scoped = await people.api.call(
      'POST',
      '/tokens',
      { name: 's', grants: [{ role: 'admin', on: { kind: 'flow', flow: 'x' } }] },
      as(people.owner),
    );
    expect((await give({ ...body, on: { kind: 'flow', flow: 'x' } }, as(scoped.body.secret))).status).toBe(403);
  });

  test('leave somebody to administer: of two who go at once, one stays', async () => {
    const made = await people.api.call('POST', '/organisations', { id: 'twins' }, as(people.owner));
    const first = made.body.owner_token;
    const person = { sub: 'kim', org: 'twins' };
    await people.me(person);
    const grant = await give({ subject: { kind: 'user', id: people.idOf('kim') }, role: 'admin' }, as(first));
    expect(grant.status).toBe(201);
    // Both have been let in before either is done.
    const contextOf = (principal: Principal) => ({ principal, requestId: null, now: people.now });
    const [byToken, byKim] = [
      await tokenPrincipal(people.api.database, first, people.now),
      {
        ...(await tokenPrincipal(people.api.database, first, people.now)),
        kind: 'user' as const,
        id: people.idOf('kim'),
      },
    ];
    const both = await Promise.allSettled([
      createGrants(people.api)(contextOf(byToken)).take(grant.body.id),
      createTokens(people.api)(contextOf(byKim)).revoke(byKim, tokenIdOf(first) ?? ''),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'last_admin' } });
  });

  test('of a user who is the last to administer: he can not be disabled', async () => {
    const { body } = await people.api.call('POST', '/organisations', { id: 'solo' }, as(people.owner));
    await people.me({ sub: 'lou', org: 'solo' });
    await give({ subject: { kind: 'user', id: people.idOf('lou') }, role: 'admin' }, as(body.owner_token));
    const lou = await people.bearer({ sub: 'lou', org: 'solo' });
    expect((await people.api.call('DELETE', `/tokens/${tokenIdOf(body.owner_token)}`, undefined, lou)).status).toBe(
      200,
    );
    const last = await people.api.call('POST', `/users/${people.idOf('lou')}/disable`, {}, lou);
    expect(last).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    expect((await people.api.call('GET', '/me', undefined, lou)).status).toBe(200);
  });
});
