// Tenants: who makes them, and how they are held apart.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ensureOwnerToken } from './owner-token.ts';
import { as, type People, startPeople } from './testdata/people.ts';

let people: People;
beforeAll(async () => {
  people = await startPeople(inject('databaseUrl'));
});
afterAll(() => people.close());

describe('organisations', () => {
  test('are made by administrators of `default`, with environments and an owner', async () => {
    const { status, body } = await people.api.call(
      'POST',
      '/organisations',
      { id: 'acme', title: 'Acme' },
      as(people.owner),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: 'acme', title: 'Acme', owner_token: expect.stringMatching(/^weir_/) });
    expect(
      await people.api.database
        .sql`select name, rank, runs_latest from environments where organisation = 'acme' order by rank`,
    ).toEqual(
      await people.api.database
        .sql`select name, rank, runs_latest from environments where organisation = 'default' order by rank`,
    );
    expect((await people.api.call('GET', '/me', undefined, as(body.owner_token))).body).toMatchObject({
      organisation: 'acme',
      name: 'owner',
    });
    expect(await people.actions('acme')).toEqual(['organisation.create', 'token.create']);
    expect((await people.actions()).at(-1)).toBe('organisation.create');
    expect((await people.api.call('POST', '/organisations', { id: 'acme' }, as(people.owner))).body.code).toBe(
      'exists',
    );
    expect((await people.api.call('POST', '/organisations', { id: 'evil' }, as(body.owner_token))).body.code).toBe(
      'forbidden',
    );
    for (const id of ['', 'Acme', '-', 'a b', 'x'.repeat(64), '1a'])
      expect((await people.api.call('POST', '/organisations', { id }, as(people.owner))).status, id).toBe(400);
    expect(await ensureOwnerToken(people.api.database, 'acme')).toBeNull();
  });

  test('see themselves; `default` sees all', async () => {
    const { body } = await people.api.call('POST', '/organisations', { id: 'globex' }, as(people.owner));
    const ids = async (secret: string, query = '') =>
      (await people.api.call('GET', `/organisations${query}`, undefined, as(secret))).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids(body.owner_token)).toEqual(['globex']);
    const all = await ids(people.owner);
    expect(all).toEqual(expect.arrayContaining(['default', 'globex', 'acme']));
    const paged: string[] = [];
    let cursor = '';
    do {
      const page = await people.api.call(
        'GET',
        `/organisations?limit=1${cursor && `&cursor=${cursor}`}`,
        undefined,
        as(people.owner),
      );
      paged.push(page.body.items[0].id);
      cursor = page.body.next ?? '';
    } while (cursor !== '');
    expect(paged).toEqual(all);
  });

  test('hold their people, grants and tokens apart', async () => {
    const theirs = (await people.api.call('POST', '/organisations', { id: 'initech' }, as(people.owner))).body
      .owner_token;
    await people.me({ sub: 'mia', org: 'initech' });
    await people.me({ sub: 'mia' });
    const grant = await people.api.call(
      'POST',
      '/grants',
      { subject: { kind: 'user', id: people.idOf('mia') }, role: 'admin' },
      as(theirs),
    );
    expect((await people.me({ sub: 'mia' })).body.grants).toEqual([]); // the same person, but in `default`
    expect((await people.me({ sub: 'mia', org: 'initech' })).body.grants).toHaveLength(1);
    expect((await people.api.call('DELETE', `/grants/${grant.body.id}`, undefined, as(people.owner))).status).toBe(404);
    expect((await people.api.call('GET', '/grants', undefined, as(people.owner))).text).not.toContain(grant.body.id);
    expect((await people.api.call('GET', '/users', undefined, as(theirs))).body.items).toHaveLength(1);
    expect((await people.api.call('POST', `/users/${people.idOf('mia')}/disable`, {}, as(people.owner))).status).toBe(
      200,
    );
    expect((await people.me({ sub: 'mia', org: 'initech' })).status).toBe(200);
    expect((await people.me({ sub: 'mia' })).status).toBe(401);
  });
});
