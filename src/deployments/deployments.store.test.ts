import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import { type DeploymentApi, deploymentApi } from './testdata/deployment-api.ts';
import { addFlow, addOrganisation } from './testdata/stored-flows.ts';

let api: DeploymentApi;
const open = async () => {
  api = await deploymentApi(inject('databaseUrl'));
  await addFlow(api.database, 'shop', { versions: ['1.0.0', '1.1.0', '2.0.0-beta.1', '2.0.0'], category: 'sales' });
};
/** A database for each test of the group. */
const eachItsOwn = () => {
  beforeEach(open);
  afterEach(() => api.close());
};

const deploy = (version: string, env = 'prod', headers: Record<string, string> = {}) =>
  api.call('PUT', `/flows/shop/deployments/${env}`, { version }, headers);
const split = (body: unknown, env = 'prod') => api.call('PUT', `/flows/shop/deployments/${env}`, body);
const rollBack = (body?: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/flows/shop/deployments/prod/rollback', body, headers);
const undeploy = () => api.call('DELETE', '/flows/shop/deployments/prod');
const history = async (env = 'prod') => (await api.call('GET', `/flows/shop/deployments/${env}?limit=200`)).body;
const versionsOf = (body: { versions: { version: string }[] }) => body.versions.map(({ version }) => version).join(' ');

describe('a deployment', () => {
  eachItsOwn();
  test('says which version runs; a range is resolved now', async () => {
    const first = await deploy('1.0.0');
    expect(first.status, first.text).toBe(200);
    expect(first.headers.get('etag')).toBe('"1"');
    expect(first.body).toMatchObject({
      flow: 'shop',
      environment: 'prod',
      revision: 1,
      versions: [{ version: '1.0.0', weight: 1 }],
      split_key: null,
      rolled_back_to: null,
      created_by: 'local:developer',
      changed: true,
    });
    expect((await deploy('^1')).body).toMatchObject({ revision: 2, versions: [{ version: '1.1.0' }] });
    expect((await deploy('latest')).body).toMatchObject({ revision: 3, versions: [{ version: '2.0.0' }] });
    expect((await deploy('2.0.0-beta.1')).body).toMatchObject({ revision: 4, versions: [{ version: '2.0.0-beta.1' }] });
    const { current, items, next } = await history();
    expect(items.map((one: { revision: number }) => one.revision)).toEqual([4, 3, 2, 1]);
    expect([current.revision, next]).toEqual([4, null]);
  });

  test('of what runs already makes no revision and no record, however it is written', async () => {
    await deploy('1.1.0');
    for (const body of [{ version: '1.1.0' }, { version: '^1' }, { versions: [{ version: '1.1', weight: 7 }] }])
      expect((await split(body)).body).toMatchObject({ revision: 1, changed: false });
    await split({ versions: [{ version: '1.0.0', weight: 9 }, { version: '2.0.0' }], split_key: '$input.id' });
    expect(
      (
        await split({
          versions: [
            { version: '2.0.0', weight: 1 },
            { version: '1.0.0', weight: 9 },
          ],
          split_key: '$input.id',
        })
      ).body,
    ).toMatchObject({ revision: 2, changed: false });
    expect((await split({ versions: [{ version: '2.0.0' }, { version: '1.0.0', weight: 9 }] })).body).toMatchObject({
      revision: 3,
      changed: true,
    });
    expect(await api.audit()).toHaveLength(3);
    expect(api.onChange).toHaveBeenCalledTimes(3);
  });

  test('names what is wrong with a split key', async () => {
    const { body } = await split({ versions: [{ version: '1.0.0' }, { version: '2.0.0' }], split_key: 'input.id' });
    expect(body.errors).toMatchObject([{ code: 'root_without_dollar', path: '/split_key' }]);
  });

  test('of an unknown flow, in an unknown environment, or of an archived flow is refused', async () => {
    await addFlow(api.database, 'old', { archived: true });
    const put = async (path: string) => (await api.call('PUT', path, { version: '1.0.0' })).body.code;
    expect(await put('/flows/nope/deployments/prod')).toBe('flow_not_found');
    expect(await put('/flows/shop/deployments/nope')).toBe('environment_not_found');
    expect(await put('/flows/old/deployments/prod')).toBe('flow_archived');
    expect((await api.call('PUT', '/flows/shop/deployments/..%2f..', { version: '1.0.0' })).status).toBe(400);
    expect((await api.call('GET', '/flows/shop/deployments/nope')).body.code).toBe('environment_not_found');
    expect((await api.call('GET', '/flows/nope/deployments')).body.code).toBe('flow_not_found');
  });

  test('leaves a record without its comment or key, and tells who follows it', async () => {
    await split({
      versions: [{ version: '1.0.0', weight: 3 }, { version: '2.0.0' }],
      split_key: '$input.id == "ada@example.com"',
      comment: 'for ada@example.com',
    });
    await rollBack().then((answer) => expect(answer.body.code).toBe('not_deployed'));
    await undeploy();
    const records = await api.audit();
    expect(records).toMatchObject([
      {
        action: 'deployment.create',
        subject: { type: 'deployment', id: 'shop/prod' },
        details: {
          flow: 'shop',
          environment: 'prod',
          revision: 1,
          versions: [
            { version: '1.0.0', weight: 3 },
            { version: '2.0.0', weight: 1 },
          ],
          split_by_key: true,
        },
      },
      { action: 'deployment.remove', details: { revision: 2, versions: [] } },
    ]);
    expect(JSON.stringify(records)).not.toContain('ada');
    expect(api.onChange.mock.calls).toEqual([
      [{ organisation: 'default', flow: 'shop', environment: 'prod' }],
      [{ organisation: 'default', flow: 'shop', environment: 'prod' }],
    ]);
  });

  test('stands although what follows it fails; the failure is logged', async () => {
    api.onChange.mockRejectedValueOnce(new Error('Temporal is away'));
    expect((await deploy('1.0.0')).status).toBe(200);
    expect((await history()).current.revision).toBe(1);
    expect(api.log).toHaveBeenCalledWith(
      'error',
      expect.any(String),
      expect.objectContaining({ flow: 'shop', environment: 'prod' }),
    );
  });

  test('is told by NOTIFY, with the commit', async () => {
    const told: string[] = [];
    const { unlisten } = await api.database.sql.listen('weir_deployments', (payload) => told.push(payload));
    await deploy('9.9.9');
    await deploy('1.0.0');
    await expect.poll(() => told.map((one) => JSON.parse(one))).toEqual([{ organisation: 'default', flow: 'shop' }]);
    await unlisten();
  });

  test('can’t be rewritten in the database', async () => {
    await deploy('1.0.0');
    await expect(api.database.sql`update deployments set versions = '[]'`).rejects.toThrow(/refused/);
    await expect(api.database.sql`delete from deployments`).rejects.toThrow(/refused/);
  });
});

describe('a deployment', () => {
  beforeAll(open);
  afterAll(() => api.close());

  test.each<[string, unknown, number, string]>([
    ['no version', {}, 400, 'invalid_request'],
    ['version and versions', { version: '1.0.0', versions: [{ version: '1.0.0' }] }, 400, 'invalid_request'],
    ['an empty split', { versions: [] }, 400, 'invalid_request'],
    ['eleven versions', { versions: Array.from({ length: 11 }, () => ({ version: '1.0.0' })) }, 400, 'invalid_request'],
    ['the same version twice', { versions: [{ version: '1.1.0' }, { version: '^1' }] }, 400, 'invalid_request'],
    ['a weight of 0', { versions: [{ version: '1.0.0', weight: 0 }] }, 400, 'invalid_request'],
    ['a negative weight', { versions: [{ version: '1.0.0', weight: -1 }] }, 400, 'invalid_request'],
    ['a weight with a fraction', { versions: [{ version: '1.0.0', weight: 0.5 }] }, 400, 'invalid_request'],
    ['a weight of 10,001', { versions: [{ version: '1.0.0', weight: 10_001 }] }, 400, 'invalid_request'],
    ['a weight as text', { versions: [{ version: '1.0.0', weight: '1' }] }, 400, 'invalid_request'],
    ['an infinite weight', '{"versions":[{"version":"1.0.0","weight":1e999}]}', 400, 'invalid_request'],
    ['a version that is not there', { version: '3.0.0' }, 404, 'version_not_found'],
    ['a range that is none', { version: "1.0.0'; drop table deployments; --" }, 404, 'version_not_found'],
    ['U+0000 as version', { version: '\u0000' }, 404, 'version_not_found'],
    [
      'a split key that is wrong',
      { versions: [{ version: '1.0.0' }, { version: '2.0.0' }], split_key: '$input.' },
      400,
      'invalid_request',
    ],
    [
      'a split key on $secrets',
      { versions: [{ version: '1.0.0' }, { version: '2.0.0' }], split_key: '$secrets.KEY' },
      400,
      'invalid_request',
    ],
    ['a split key with one version', { version: '1.0.0', split_key: '$input.id' }, 400, 'invalid_request'],
    ['a comment with U+0000', { version: '1.0.0', comment: 'a\u0000' }, 400, 'invalid_request'],
    ['a novel as comment', { version: '1.0.0', comment: 'x'.repeat(1_001) }, 400, 'invalid_request'],
    ['an unknown field', { version: '1.0.0', force: true }, 400, 'invalid_request'],
    ['a list', [], 400, 'invalid_request'],
  ])('with %s is refused, and nothing is deployed', async (_, body, status, code) => {
    const answer = await split(body);
    expect([answer.status, answer.body.code], answer.text).toEqual([status, code]);
    expect((await history()).items).toEqual([]);
    expect(await api.audit()).toEqual([]);
    expect(api.onChange).not.toHaveBeenCalled();
  });
});

describe('two deployers at once', () => {
  eachItsOwn();
  test('follow each other: every change is a revision, none is lost', async () => {
    const versions = ['1.0.0', '1.1.0', '2.0.0-beta.1', '2.0.0'];
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => deploy(versions[i % 4] ?? '')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const made = answers
      .filter(({ body }) => body.changed)
      .map(({ body }) => body.revision)
      .sort((a, b) => a - b);
    expect(made).toEqual(made.map((_, i) => i + 1));
    expect((await history()).items).toHaveLength(made.length);
  });

  test('with If-Match on what both have seen: one succeeds, the other is told to look again', async () => {
    await deploy('1.0.0');
    const answers = await Promise.all([
      deploy('1.1.0', 'prod', { 'if-match': '"1"' }),
      deploy('2.0.0', 'prod', { 'if-match': '"1"' }),
    ]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'version_conflict', revision: 2 });
  });

  test('If-Match holds for the first revision, rollback and undeploying too; nonsense in it is refused', async () => {
    expect((await deploy('1.0.0', 'prod', { 'if-match': '"1"' })).body.code).toBe('version_conflict');
    expect((await deploy('1.0.0', 'prod', { 'if-match': '"0"' })).status).toBe(200);
    expect((await deploy('1.0.0', 'prod', { 'if-match': '"0"' })).body.code).toBe('version_conflict');
    expect((await deploy('1.1.0', 'prod', { 'if-match': '*' })).status).toBe(200);
    expect((await rollBack(undefined, { 'if-match': '"1"' })).body.code).toBe('version_conflict');
    expect((await api.call('DELETE', '/flows/shop/deployments/prod', undefined, { 'if-match': '"1"' })).body.code).toBe(
      'version_conflict',
    );
    for (const text of ['abc', '"-1"', '"1", "2"', '""', '"99999999999999999999"'])
      expect((await deploy('2.0.0', 'prod', { 'if-match': text })).body.code, text).toBe('invalid_request');
    expect((await deploy('2.0.0', 'prod', { 'if-match': '"9999999999"' })).body.code).toBe('version_conflict');
    expect((await history()).items).toHaveLength(2);
  });
});

describe('promotion', () => {
  eachItsOwn();
  beforeEach(async () => {
    await api.call('PUT', '/environments/prod', { promotes_from: 'staging' });
  });

  test('asks that each version was deployed in the environment before, at any time', async () => {
    const refused = await deploy('1.0.0');
    expect([refused.status, refused.body.code, refused.body.version]).toEqual([409, 'promotion_refused', '1.0.0']);
    await deploy('1.0.0', 'staging');
    await deploy('1.1.0', 'staging');
    expect((await deploy('1.0.0')).status).toBe(200);
    const half = await split({ versions: [{ version: '1.1.0' }, { version: '2.0.0' }] });
    expect([half.body.code, half.body.version]).toEqual(['promotion_refused', '2.0.0']);
    await split({ versions: [{ version: '1.0.0' }, { version: '2.0.0' }] }, 'staging');
    expect((await split({ versions: [{ version: '1.1.0' }, { version: '2.0.0' }] })).status).toBe(200);
  });

  test('is by flow: another flow’s deployment there does not count', async () => {
    await addFlow(api.database, 'other');
    await api.call('PUT', '/flows/other/deployments/staging', { version: '1.0.0' });
    expect((await deploy('1.0.0')).body.code).toBe('promotion_refused');
  });

  test('does not stand in the way of a rollback', async () => {
    await api.call('PUT', '/environments/prod', { promotes_from: null });
    await deploy('1.0.0');
    await deploy('1.1.0');
    await api.call('PUT', '/environments/prod', { promotes_from: 'staging' });
    expect((await rollBack()).body).toMatchObject({ versions: [{ version: '1.0.0' }], rolled_back_to: 1 });
  });
});

describe('a rollback', () => {
  eachItsOwn();
  test('brings back what ran before, as a new revision; a second one goes further back, not forth', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await deploy(version);
    expect((await rollBack()).body).toMatchObject({
      revision: 4,
      versions: [{ version: '1.1.0' }],
      rolled_back_to: 2,
      changed: true,
    });
    expect((await rollBack()).body).toMatchObject({ revision: 5, versions: [{ version: '1.0.0' }], rolled_back_to: 1 });
    const end = await rollBack();
    expect([end.status, end.body.code]).toEqual([409, 'not_deployed']);
    await deploy('2.0.0');
    expect((await rollBack()).body).toMatchObject({ revision: 7, versions: [{ version: '1.0.0' }], rolled_back_to: 5 });
    expect((await rollBack()).body.code).toBe('not_deployed');
    expect((await api.audit()).at(-1)).toMatchObject({
      action: 'deployment.rollback',
      details: { revision: 7, rolled_back_to: 5 },
    });
  });

  test('brings back a split with its key and weights', async () => {
    await split({
      versions: [
        { version: '1.0.0', weight: 9 },
        { version: '2.0.0', weight: 1 },
      ],
      split_key: '$input.id',
      comment: 'trial',
    });
    await deploy('2.0.0');
    expect((await rollBack()).body).toMatchObject({
      versions: [
        { version: '1.0.0', weight: 9 },
        { version: '2.0.0', weight: 1 },
      ],
      split_key: '$input.id',
      comment: 'trial',
    });
  });

  test('goes to the revision that it is told; to what runs already: no revision', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await deploy(version);
    expect((await rollBack({ to: 1 })).body).toMatchObject({
      revision: 4,
      versions: [{ version: '1.0.0' }],
      rolled_back_to: 1,
    });
    expect((await rollBack({ to: 1 })).body).toMatchObject({ revision: 4, changed: false });
    expect((await rollBack({ to: 3 })).body).toMatchObject({ revision: 5, versions: [{ version: '2.0.0' }] });
    expect((await rollBack({ to: 99 })).body.code).toBe('not_deployed');
    for (const to of [0, -1, 1.5, 2_147_483_647, 1e300, {}])
      expect((await rollBack({ to })).body.code, String(to)).toBe('invalid_request');
  });

  test('of an archived flow is refused, undeploying it is not', async () => {
    await deploy('1.0.0');
    await deploy('1.1.0');
    await api.database.sql`update flows set archived_at = now()`;
    expect((await rollBack()).body.code).toBe('flow_archived');
    expect((await api.call('GET', '/deployments')).body.items).toEqual([]);
    expect((await undeploy()).body).toMatchObject({ revision: 3, versions: [] });
  });

  test('after undeploying brings back what ran; a revision that undeployed is none to go to', async () => {
    expect((await rollBack()).body.code).toBe('not_deployed');
    expect((await undeploy()).body.code).toBe('not_deployed');
    await deploy('1.0.0');
    await deploy('1.1.0');
    expect((await undeploy()).body).toMatchObject({ revision: 3, versions: [], changed: true });
    expect((await undeploy()).body).toMatchObject({ revision: 3, changed: false });
    expect((await rollBack({ to: 3 })).body.code).toBe('not_deployed');
    expect((await rollBack()).body).toMatchObject({ revision: 4, versions: [{ version: '1.1.0' }], rolled_back_to: 2 });
  });
});

describe('lists', () => {
  eachItsOwn();
  const viewer = (grants: Principal['grants'], organisation = 'default'): Principal => ({
    kind: 'user',
    id: 'user:v',
    name: 'v',
    organisation,
    aliases: [],
    grants,
  });
  beforeEach(async () => {
    await addFlow(api.database, 'pay', { category: 'finance' });
    await addFlow(api.database, 'gone', { category: 'sales' });
    for (const [flow, env] of [
      ['shop', 'staging'],
      ['shop', 'prod'],
      ['pay', 'prod'],
      ['gone', 'prod'],
    ])
      await api.call('PUT', `/flows/${flow}/deployments/${env}`, { version: '1.0.0' });
    await api.call('DELETE', '/flows/gone/deployments/prod');
  });
  const list = async (query = '') => {
    const { status, body, text } = await api.call('GET', `/deployments${query}`);
    expect(status, text).toBe(200);
    return body.items.map((one: { flow: string; environment: string }) => `${one.flow} ${one.environment}`);
  };

  test('show what runs where, newest first, filtered', async () => {
    expect(await list()).toEqual(['pay prod', 'shop prod', 'shop staging']);
    expect(await list('?environment=prod')).toEqual(['pay prod', 'shop prod']);
    expect(await list('?flow=shop')).toEqual(['shop prod', 'shop staging']);
    expect(await list('?flow=nope')).toEqual([]);
    const { body } = await api.call('GET', '/flows/shop/deployments');
    expect(body.items.map((one: { environment: string }) => one.environment)).toEqual(['prod', 'staging']);
  });

  test('show nothing beyond the scope', async () => {
    api.principal = viewer([{ role: 'viewer', on: { kind: 'category', category: 'finance' } }]);
    expect(await list()).toEqual(['pay prod']);
    expect(await list('?flow=shop')).toEqual([]);
    api.principal = viewer([{ role: 'viewer', on: { kind: 'flow', flow: 'shop' } }]);
    expect(await list()).toEqual(['shop prod', 'shop staging']);
    expect((await api.call('GET', '/flows/pay/deployments/prod')).body.code).toBe('forbidden');
    expect((await deploy('1.1.0')).body.code).toBe('forbidden');
    expect((await rollBack()).body.code).toBe('forbidden');
    expect((await undeploy()).body.code).toBe('forbidden');
    api.principal = viewer([]);
    expect((await api.call('GET', '/deployments')).body.code).toBe('forbidden');
  });

  test('show nothing of another organisation, and nothing can be deployed there', async () => {
    await addOrganisation(api.database, 'acme');
    api.principal = viewer([{ role: 'admin', on: { kind: 'all' } }], 'acme');
    expect(await list()).toEqual([]);
    expect((await deploy('1.1.0')).body.code).toBe('flow_not_found');
    expect((await api.call('GET', '/flows/shop/deployments/prod')).body.code).toBe('flow_not_found');
  });

  test('are paged by cursor, each item once; foreign cursors are refused', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await api.call('GET', `/deployments?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.map((one: { flow: string; environment: string }) => `${one.flow} ${one.environment}`));
      if (body.next === null) break;
      cursor = body.next;
    }
    expect(seen).toEqual(['pay prod', 'shop prod', 'shop staging']);
    for (const cursor of [
      'x',
      '1_1',
      "1_'; drop table deployments; --",
      '99999999999999_01890000-0000-7000-8000-00000000000',
    ])
      expect((await api.call('GET', `/deployments?cursor=${encodeURIComponent(cursor)}`)).body.code, cursor).toBe(
        'invalid_request',
      );
    expect(
      (await api.call('GET', '/deployments?cursor=99999999999999_01890000-0000-7000-8000-000000000001')).status,
    ).toBe(200);
  });

  test('of revisions are paged, and tell what runs on every page', async () => {
    for (const version of ['1.1.0', '2.0.0', '1.0.0', '1.1.0']) await deploy(version);
    const first = await api.call('GET', '/flows/shop/deployments/prod?limit=2');
    expect(first.headers.get('etag')).toBe('"5"');
    expect(first.body).toMatchObject({
      current: { revision: 5 },
      items: [{ revision: 5 }, { revision: 4 }],
      next: '4',
    });
    const second = await api.call('GET', `/flows/shop/deployments/prod?limit=10&cursor=${first.body.next}`);
    expect(second.body).toMatchObject({
      current: { revision: 5 },
      items: [{ revision: 3 }, { revision: 2 }, { revision: 1 }],
      next: null,
    });
    expect(versionsOf(second.body.items[0])).toBe('2.0.0');
    for (const cursor of ['0', 'x', '-1', '99999999999'])
      expect((await api.call('GET', `/flows/shop/deployments/prod?cursor=${cursor}`)).status, cursor).toBe(400);
  });

  test('say where nothing was ever deployed', async () => {
    const { body, headers } = await api.call('GET', '/flows/pay/deployments/staging');
    expect([body.current, body.items, headers.get('etag')]).toEqual([null, [], '"0"']);
  });
});
