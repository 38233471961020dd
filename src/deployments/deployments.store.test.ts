import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type DeploymentApi, deploymentApi } from './testdata/deployment-api.ts';
import { addFlow } from './testdata/stored-flows.ts';

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
