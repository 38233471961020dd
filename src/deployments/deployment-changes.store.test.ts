import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
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
