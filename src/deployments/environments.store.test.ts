import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import { type DeploymentApi, deploymentApi } from './testdata/deployment-api.ts';
import { addOrganisation } from './testdata/stored-flows.ts';

let api: DeploymentApi;
const open = async () => {
  api = await deploymentApi(inject('databaseUrl'));
};

const put = (name: string, body: unknown) => api.call('PUT', `/environments/${name}`, body);
const person = (role: 'viewer' | 'admin', organisation = 'default'): Principal => ({
  kind: 'user',
  id: `user:${role}`,
  name: role,
  organisation,
  aliases: [],
  grants: [{ role, on: { kind: 'all' } }],
});

describe('environments', () => {
  beforeEach(open);
  afterEach(() => api.close());

  test('are dev, staging and prod in every organisation, of which dev runs the latest', async () => {
    await addOrganisation(api.database, 'acme');
    for (const organisation of ['default', 'acme']) {
      api.principal = person('viewer', organisation);
      const { status, body } = await api.call('GET', '/environments');
      expect(status).toBe(200);
      expect(body).toEqual({
        items: ['dev', 'staging', 'prod'].map((name, i) => ({
          name,
          rank: i + 1,
          config: {},
          runs_latest: i === 0,
          promotes_from: null,
        })),
        next: null,
      });
    }
  });

  test('are made and changed; what is left out has its default, or stays', async () => {
    const made = await put('qa', { config: { REGION: 'eu', LIMITS: { a: [1, 2] } } });
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      name: 'qa',
      rank: 4,
      config: { REGION: 'eu', LIMITS: { a: [1, 2] } },
      runs_latest: false,
      promotes_from: null,
    });
    expect((await put('qa', { rank: 2, promotes_from: 'dev' })).body).toMatchObject({
      rank: 2,
      promotes_from: 'dev',
      config: { REGION: 'eu' },
    });
    expect((await put('qa', { promotes_from: null, runs_latest: true })).body).toMatchObject({
      promotes_from: null,
      runs_latest: true,
      rank: 2,
    });
    expect((await api.call('GET', '/environments/qa')).body).toMatchObject({ name: 'qa', rank: 2, runs_latest: true });
    expect((await api.call('GET', '/environments')).body.items.map((one: { name: string }) => one.name)).toEqual([
      'dev',
      'qa',
      'staging',
      'prod',
    ]);
  });

  test('leave audit records of which keys changed, and of no values; the same again leaves none', async () => {
    await put('prod', { config: { REGION: 'eu', URL: 'https://internal.example' }, rank: 7 });
    await put('prod', { config: { REGION: 'us', URL: 'https://internal.example' } });
    await put('prod', { config: { URL: 'https://internal.example', REGION: 'us' }, rank: 7 });
    await put('edge', {});
    const records = await api.audit();
    expect(records).toMatchObject([
      {
        action: 'environment.update',
        subject: { type: 'environment', id: 'prod' },
        details: { fields: ['rank', 'config'], config_keys: ['REGION', 'URL'], config_keys_changed: 2 },
      },
      {
        action: 'environment.update',
        details: { fields: ['config'], config_keys: ['REGION'], config_keys_changed: 1 },
      },
      { action: 'environment.create', subject: { id: 'edge' }, details: { fields: ['rank', 'runs_latest'] } },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/internal|"us"|"eu"/);
  });

  test('with a secret are told of $secrets', async () => {
    const { body } = await put('prod', { config: { STRIPE_API_KEY: 'x' } });
    expect(body.detail).toContain('$secrets');
    expect(body.errors).toMatchObject([{ code: 'secret', path: '/config/STRIPE_API_KEY' }]);
  });

  test('do not promote in a circle, of two or three, not even when two close it at once', async () => {
    await put('staging', { promotes_from: 'dev' });
    await put('prod', { promotes_from: 'staging' });
    const circle = await put('dev', { promotes_from: 'prod' });
    expect([circle.status, circle.body.code]).toEqual([400, 'invalid_request']);
    expect(circle.body.detail).toContain('dev ← prod ← staging ← dev');
    await put('staging', { promotes_from: null });
    await put('prod', { promotes_from: null });
    const both = await Promise.all([
      put('staging', { promotes_from: 'prod' }),
      put('prod', { promotes_from: 'staging' }),
    ]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400]);
  });

  test('of odd names are refused or not there', async () => {
    for (const name of ['Prod', 'a_b', '-a', 'a'.repeat(65), "a'; drop table environments; --", '..%2fprod', '%00'])
      expect((await put(encodeURIComponent(name), {})).status, name).toBe(400);
    expect((await put('a'.repeat(64), {})).status).toBe(200);
    expect((await api.call('GET', '/environments/nowhere')).body.code).toBe('environment_not_found');
  });

  test('are read by viewers and changed by administrators of everything only; others’ are out of reach', async () => {
    await addOrganisation(api.database, 'acme');
    await put('secret-lab', {});
    api.principal = person('viewer');
    expect((await api.call('GET', '/environments/prod')).status).toBe(200);
    expect((await put('prod', { rank: 1 })).body.code).toBe('forbidden');
    api.principal = { ...person('admin'), grants: [{ role: 'admin', on: { kind: 'category', category: 'sales' } }] };
    expect((await put('prod', { rank: 1 })).body.code).toBe('forbidden');
    api.principal = person('admin', 'acme');
    expect((await api.call('GET', '/environments/secret-lab')).body.code).toBe('environment_not_found');
    expect((await put('prod', { rank: 9, promotes_from: 'secret-lab' })).status).toBe(400);
    expect((await put('prod', { rank: 9 })).status).toBe(200);
    api.principal = person('viewer');
    expect((await api.call('GET', '/environments/prod')).body.rank).toBe(3);
  });

  test('are a hundred at most', async () => {
    await api.database
      .sql`insert into environments (organisation, name, rank) select 'default', 'e' || n, n from generate_series(1, 97) n`;
    expect((await put('one-more', {})).body.code).toBe('invalid_request');
    expect((await put('e1', { rank: 5 })).status).toBe(200);
  });
});

describe('environments', () => {
  beforeAll(open);
  afterAll(() => api.close());

  test.each<[string, unknown, number, string]>([
    ['an unknown field', { runsLatest: true }, 400, 'invalid_request'],
    ['a config that is a list', { config: [] }, 400, 'invalid_request'],
    ['a config that is null', { config: null }, 400, 'invalid_request'],
    ['a rank with a fraction', { rank: 1.5 }, 400, 'invalid_request'],
    ['a rank beyond an integer', { rank: 3_000_000_000 }, 400, 'invalid_request'],
    ['a password', { config: { db: { password: 'hunter2' } } }, 400, 'invalid_request'],
    ['65 KiB', { config: { a: 'x'.repeat(65 * 1024) } }, 400, 'invalid_request'],
    ['more than 1 MiB', { config: { a: 'x'.repeat(2 * 1024 * 1024) } }, 413, 'payload_too_large'],
    ['U+0000', { config: { a: 'a\u0000' } }, 400, 'invalid_request'],
    ['half a surrogate pair', '{"config":{"a":"\\ud800"}}', 400, 'invalid_request'],
    ['an infinite number', '{"config":{"a":1e999}}', 400, 'invalid_request'],
    ['__proto__', '{"config":{"__proto__":{"a":1}}}', 400, 'invalid_request'],
    ['promotion from nowhere', { promotes_from: 'nowhere' }, 400, 'invalid_request'],
    ['promotion from itself', { promotes_from: 'prod' }, 400, 'invalid_request'],
    ['no JSON', '{', 400, 'invalid_json'],
  ])('with %s are refused, and nothing changes', async (_, body, status, code) => {
    const answer = await put('prod', body);
    expect([answer.status, answer.body.code], answer.text).toEqual([status, code]);
    expect(answer.text).not.toContain('hunter2');
    expect((await api.call('GET', '/environments/prod')).body).toMatchObject({
      rank: 3,
      config: {},
      promotes_from: null,
    });
    expect(await api.audit()).toEqual([]);
  });
});
