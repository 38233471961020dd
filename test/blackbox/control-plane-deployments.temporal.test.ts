// Deployments from the outside: what runs where, splits, rollbacks, environments.
import { expect, test } from 'vitest';
import { flowSource, setting, useControlPlane } from './control-plane.ts';

const plane = useControlPlane();
const sorted = (values: readonly (string | number)[]) => [...values].sort((a, b) => String(a).localeCompare(String(b)));
const ten = Array.from({ length: 10 }, (_, index) => index);

async function threeVersions(): Promise<string> {
  const { flow, store } = plane();
  const frame = (version: number) => `version: ${version}.0.0\ninputs: { c: { type: string, default: none } }\n`;
  const name = await flow('deployed', setting(1), frame(1));
  for (const version of [2, 3]) await store('PUT', flowSource(name, setting(version), frame(version)));
  return name;
}

test('nothing runs where nothing is deployed, and a deployed version is pinned', async () => {
  const { deploy, call } = plane();
  const name = await threeVersions();
  const execute = (body: object) => call('POST', `/flows/${name}/execute`, { environment: 'prod', ...body });
  expect((await execute({})).body.code).toBe('not_deployed');
  expect((await deploy(name, 'prod', { version: '^1' })).body.versions).toEqual([{ version: '1.0.0', weight: 1 }]);
  expect((await execute({})).body.version).toBe('1.0.0');
  expect((await execute({ version: '2.0.0' })).body.code).toBe('not_deployed');
  expect((await execute({ environment: 'nowhere' })).body.code).toBe('environment_not_found');
  expect((await call('POST', `/flows/${name}/execute`, {})).body.version).toBe('3.0.0');
});

test('a repeated Idempotency-Key keeps its version over deploys, undeploys and key order', async () => {
  const { deploy, call, name } = plane();
  const flow = await threeVersions();
  await deploy(flow, 'prod', { version: '1.0.0' });
  const key = { 'idempotency-key': name('key') };
  const execute = (body: unknown) => call('POST', `/flows/${flow}/execute`, body, key);
  const first = await execute({ environment: 'prod', input: {} });
  await deploy(flow, 'prod', { version: '2.0.0' });
  expect((await execute('{"input":{},"environment":"prod"}')).body).toEqual(first.body);
  await call('DELETE', `/flows/${flow}/deployments/prod`);
  expect((await execute({ environment: 'prod', input: {} })).body.execution_id).toBe(first.body.execution_id);
  expect((await execute({ environment: 'prod', input: { c: 'x' } })).body.code).toBe('idempotency_conflict');
});

test('ten starts with one key are one execution', async () => {
  const { flow, start, name } = plane();
  const called = await flow('once');
  const key = { 'idempotency-key': name('key') };
  expect(new Set(await Promise.all(ten.map(() => start(called, {}, key)))).size).toBe(1);
});

test('a split is sticky and proportional', async () => {
  const { deploy, call } = plane();
  const name = await threeVersions();
  const versions = [
    { version: '1.0.0', weight: 80 },
    { version: '2.0.0', weight: 20 },
  ];
  expect((await deploy(name, 'prod', { versions, split_key: '$input.c' })).status).toBe(200);
  const draw = (c: string) =>
    call('POST', `/flows/${name}/execute`, { environment: 'prod', input: { c } }).then(({ body }) => body.version);
  const keys = Array.from({ length: 40 }, (_, index) => `customer-${index}`);
  const drawn = await Promise.all(keys.map(draw));
  const few = drawn.filter((version) => version === '2.0.0').length;
  expect(few).toBeGreaterThan(0);
  expect(few).toBeLessThan(21);
  expect(await Promise.all(keys.slice(0, 12).map(draw))).toEqual(drawn.slice(0, 12));
});

test.each([
  [{}],
  [{ version: '1.0.0', versions: [{ version: '1.0.0', weight: 1 }] }],
  [{ versions: [] }],
  [{ versions: [{ version: '1.0.0', weight: 0 }] }],
  [
    {
      versions: [
        { version: '1.0.0', weight: 1 },
        { version: '^1', weight: 1 },
      ],
    },
  ],
  [
    {
      versions: [
        { version: '1.0.0', weight: 1 },
        { version: '2.0.0', weight: 1 },
      ],
      split_key: '$secrets.X',
    },
  ],
  [
    {
      versions: [
        { version: '1.0.0', weight: 1 },
        { version: '2.0.0', weight: 1 },
      ],
      split_key: '$input.',
    },
  ],
])('%j is no deployment', async (body) => {
  const name = await threeVersions();
  expect((await plane().deploy(name, 'prod', body)).body.code).toBe('invalid_request');
  expect((await plane().call('GET', `/flows/${name}/deployments`)).body.items).toEqual([]);
});

test('rolling back twice goes further back, and then there is nothing', async () => {
  const { deploy, call } = plane();
  const name = await threeVersions();
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) await deploy(name, 'prod', { version });
  const back = async () => (await call('POST', `/flows/${name}/deployments/prod/rollback`)).body;
  expect([(await back()).rolled_back_to, (await back()).rolled_back_to, (await back()).code]).toEqual([
    2,
    1,
    'not_deployed',
  ]);
});

test('two who deploy with the same revision: the second is told', async () => {
  const { deploy, call } = plane();
  const name = await threeVersions();
  await deploy(name, 'prod', { version: '1.0.0' });
  const put = (version: string) => call('PUT', `/flows/${name}/deployments/prod`, { version }, { 'if-match': '"1"' });
  const answers = await Promise.all([put('2.0.0'), put('3.0.0')]);
  expect(sorted(answers.map(({ status }) => status))).toEqual([200, 409]);
});

test('an environment is promoted into from another, in no circle and without secrets', async () => {
  const { deploy, call, name } = plane();
  const qa = name('qa');
  const put = (body: object) => call('PUT', `/environments/${qa}`, body);
  expect((await put({ promotes_from: 'staging' })).status).toBe(200);
  const flow = await threeVersions();
  expect((await deploy(flow, qa, { version: '1.0.0' })).body.code).toBe('promotion_refused');
  await deploy(flow, 'staging', { version: '1.0.0' });
  expect((await deploy(flow, qa, { version: '1.0.0' })).status).toBe(200);
  expect((await put({ promotes_from: qa })).body.detail).toMatch(/circle/);
  expect((await put({ config: { api_token: 'x' } })).body.code).toBe('invalid_request');
  expect((await put({ config: { max_tokens: 500 } })).status).toBe(200);
});
