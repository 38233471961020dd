import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
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
const rollBack = (body?: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/flows/shop/deployments/prod/rollback', body, headers);
const undeploy = () => api.call('DELETE', '/flows/shop/deployments/prod');
const versionsOf = (body: { versions: { version: string }[] }) => body.versions.map(({ version }) => version).join(' ');

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
