import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { type DeploymentApi, deploymentApi } from './testdata/deployment-api.ts';
import { addFlow } from './testdata/stored-flows.ts';

let api: DeploymentApi;
beforeEach(async () => {
  api = await deploymentApi(inject('databaseUrl'));
  await addFlow(api.database, 'shop', { versions: ['1.0.0', '1.1.0', '2.0.0-rc.1', '2.0.0'] });
});
afterEach(() => api.close());

const deploy = async (body: unknown, env = 'prod') => {
  const answer = await api.call('PUT', `/flows/shop/deployments/${env}`, body);
  expect(answer.status, answer.text).toBe(200);
};
const start = (body: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/flows/shop/execute', body, headers);
const versionOf = async (body: unknown) => {
  const answer = await start(body);
  return answer.status === 202 ? answer.body.version : answer.body.code;
};

describe('an execution gets', () => {
  test('the latest version where the environment runs it and nothing is deployed; dev is the default', async () => {
    expect(await versionOf({})).toBe('2.0.0');
    expect(api.started.at(-1)?.input).toMatchObject({ environment: 'dev', flow: { version: '2.0.0' } });
    expect(await versionOf({ environment: 'prod' })).toBe('not_deployed');
  });

  test('the deployed version, also in an environment that would run the latest', async () => {
    await deploy({ version: '1.0.0' });
    await deploy({ version: '1.1.0' }, 'dev');
    expect(await versionOf({ environment: 'prod' })).toBe('1.0.0');
    expect(await versionOf({})).toBe('1.1.0');
  });

  test('the version that it names: any where the latest runs, elsewhere only what is deployed', async () => {
    await deploy({ version: '1.0.0' }, 'dev');
    for (const [version, got] of [
      ['2.0.0', '2.0.0'],
      ['^1', '1.1.0'],
      ['2.0.0-rc.1', '2.0.0-rc.1'],
      ['9.0.0', 'version_not_found'],
      ['nonsense', 'version_not_found'],
    ])
      expect(await versionOf({ version }), version).toBe(got);
    expect(await versionOf({ environment: 'prod', version: '1.0.0' })).toBe('not_deployed');
    await deploy({ versions: [{ version: '1.0.0' }, { version: '2.0.0' }] });
    for (const [version, got] of [
      ['1.0.0', '1.0.0'],
      ['^1', '1.0.0'],
      ['2', '2.0.0'],
      ['1.1.0', 'not_deployed'],
      ['>=3', 'not_deployed'],
      ['nonsense', 'not_deployed'],
      ['\u0000', 'not_deployed'],
    ])
      expect(await versionOf({ environment: 'prod', version }), version).toBe(got);
    expect(['1.0.0', '2.0.0']).toContain(await versionOf({ environment: 'prod', version: '*' }));
    const refused = await start({ environment: 'prod', version: '1.1.0' });
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('1.0.0, 2.0.0')]);
  });

  test('none in an unknown environment, of an unknown or archived flow, or once it is undeployed', async () => {
    const unknown = await start({ environment: 'nope' });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'environment_not_found']);
    expect((await api.call('POST', '/flows/nope/execute', { environment: 'prod' })).body.code).toBe('flow_not_found');
    await deploy({ version: '1.0.0' });
    await api.call('DELETE', '/flows/shop/deployments/prod');
    expect(await versionOf({ environment: 'prod' })).toBe('not_deployed');
    await deploy({ version: '1.0.0' });
    await api.database.sql`update flows set archived_at = now()`;
    api.cache().forget('default', 'shop');
    expect(await versionOf({ environment: 'prod' })).toBe('flow_not_found');
    expect(api.started).toEqual([]);
    await api.database.sql`update flows set archived_at = null`;
    expect(await versionOf({ environment: 'prod' })).toBe('1.0.0');
  });

  test('its version pinned, and the config of its environment', async () => {
    await api.call('PUT', '/environments/prod', { config: { REGION: 'eu' } });
    await deploy({ version: '1.0.0' });
    await start({ environment: 'prod' });
    await deploy({ version: '2.0.0' });
    await api.call('PUT', '/environments/prod', { config: { REGION: 'us' } });
    await start({ environment: 'prod' });
    expect(api.started.map(({ input }) => [input.flow.version, input.config])).toEqual([
      ['1.0.0', { REGION: 'eu' }],
      ['2.0.0', { REGION: 'us' }],
    ]);
  });

  test('by the flow’s id what it gets by its name', async () => {
    const id = await addFlow(api.database, 'other', { versions: ['1.0.0', '2.0.0'] });
    await api.call('PUT', '/flows/other/deployments/prod', { version: '1.0.0' });
    const { principal } = api;
    const resolve = api.resolve(principal.organisation);
    expect(await resolve({ flow: id, environment: 'prod', input: {}, executionId: 'e' })).toMatchObject({
      name: 'other',
      version: '1.0.0',
    });
    expect(await resolve({ flow: 'other@^1', environment: 'prod', input: {}, executionId: 'e' })).toMatchObject({
      version: '1.0.0',
    });
    await expect(resolve({ flow: 'other@^2', environment: 'prod', input: {}, executionId: 'e' })).rejects.toMatchObject(
      { code: 'not_deployed' },
    );
  });
});

describe('of a split', () => {
  const even = {
    versions: [
      { version: '1.0.0', weight: 50 },
      { version: '2.0.0', weight: 50 },
    ],
  };

  test('the same key gets the same version, over deploys with the same weights and in other processes', async () => {
    await deploy({ ...even, split_key: '$input.customer' });
    const of = async (customer: number) => versionOf({ environment: 'prod', input: { customer } });
    const first = await Promise.all(Array.from({ length: 40 }, (_, i) => of(i)));
    expect(new Set(first)).toEqual(new Set(['1.0.0', '2.0.0']));
    await deploy({ version: '1.1.0' });
    await deploy({ ...even, split_key: '$input.customer' });
    expect(await Promise.all(Array.from({ length: 40 }, (_, i) => of(i)))).toEqual(first);
  });

  test('shares follow the weights without a key, by execution', async () => {
    await deploy({
      versions: [
        { version: '1.0.0', weight: 9 },
        { version: '2.0.0', weight: 1 },
      ],
    });
    const resolve = api.resolve('default');
    const counts = { '1.0.0': 0, '2.0.0': 0 };
    for (let i = 0; i < 1_000; i++) {
      const { version } = await resolve({
        flow: 'shop',
        environment: 'prod',
        input: {},
        executionId: `execution-${i}`,
      });
      if (version === '1.0.0' || version === '2.0.0') counts[version]++;
    }
    expect(counts['1.0.0'] + counts['2.0.0']).toBe(1_000);
    expect(counts['2.0.0']).toBeGreaterThan(60);
    expect(counts['2.0.0']).toBeLessThan(145);
  });

  test.each([
    ['a missing key', {}],
    ['a null', { customer: null }],
    ['an input that fails', 'text'],
  ])('%s falls back to the execution: such starts spread over the versions', async (_, input) => {
    await deploy({ ...even, split_key: '$input.customer' });
    const resolve = api.resolve('default');
    const got = new Set<string>();
    for (let i = 0; i < 40; i++)
      got.add((await resolve({ flow: 'shop', environment: 'prod', input, executionId: `e${i}` })).version);
    expect(got).toEqual(new Set(['1.0.0', '2.0.0']));
  });
});

describe('an idempotency key', () => {
  test('gets the first answer again after a deploy changed the version, or took the flow away', async () => {
    await deploy({ version: '1.0.0' });
    const key = { 'idempotency-key': 'k' };
    const first = await start({ environment: 'prod', input: { a: 1 } }, key);
    expect(first.body.version).toBe('1.0.0');
    await deploy({ version: '2.0.0' });
    const again = await start({ environment: 'prod', input: { a: 1 } }, key);
    expect([again.status, again.body]).toEqual([202, first.body]);
    await api.call('DELETE', '/flows/shop/deployments/prod');
    expect((await start({ environment: 'prod', input: { a: 1 } }, key)).body).toEqual(first.body);
    expect((await start({ environment: 'prod', input: { a: 2 } }, key)).body.code).toBe('idempotency_conflict');
    expect((await start({ environment: 'staging', input: { a: 1 } }, key)).body.code).toBe('idempotency_conflict');
    expect(api.started).toHaveLength(1);
  });
});
