import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRegistry } from '../adapters/registry.ts';
import { createPgPinStore } from './pg-pin-store.ts';
import { type FlowApi, flowApi, YAML } from './testdata/flow-api.ts';

let api: FlowApi;
beforeAll(async () => {
  api = await flowApi();
  await api.database.sql`insert into organisations (id, title) values ('other', 'Other')`;
});
afterAll(() => api.close());
beforeEach(() => api.as([{ role: 'admin', on: { kind: 'all' } }]));

const shop = (version: string, more = '') =>
  `# the shop\nname: shop\nversion: ${version}\nbase_url: https://shop.example\n${more}actions:\n  order: { path: /orders, idempotency: none, input: { type: object } }\n`;
const putAdapter = (text: string, name = 'shop') => api.call('PUT', `/adapters/${name}`, text, YAML);
const putActions = (text: string) => api.call('PUT', '/actions', text, YAML);
const flow = (name: string) => `flow: ${name}\nsteps:\n  - buy: { adapter: shop, action: order, params: {} }\n`;
const pinOf = async (ref: string) => {
  const [step] = (await api.flows().get(ref))?.ir?.steps ?? [];
  return step?.kind === 'call' ? step.targets[0].pin : undefined;
};

test('a new description counts for new versions; those that are there keep theirs, also where calls are made', async () => {
  const first = await putAdapter(shop('1.0.0'));
  expect(first).toMatchObject({ status: 200, body: { name: 'shop', version: '1.0.0', created: true } });
  expect((await putAdapter(`${shop('1.0.0')}# a comment\n`)).body).toMatchObject({
    created: false,
    hash: first.body.hash,
  });
  await api.call('POST', '/flows', flow('buys'), YAML);
  const second = await putAdapter(shop('2.0.0'));
  expect(second.body.hash).not.toBe(first.body.hash);
  expect(await pinOf('buys')).toBe(first.body.hash);
  // The same text again is another flow: it is pinned to the other description.
  expect(await api.call('PUT', '/flows/buys', flow('buys'), YAML)).toMatchObject({
    status: 201,
    body: { version: '1.0.1' },
  });
  expect(await pinOf('buys')).toBe(second.body.hash);
  expect(await pinOf('buys@1.0.0')).toBe(first.body.hash);
  const registry = await createRegistry({ pins: createPgPinStore(api.database) });
  for (const { body } of [first, second])
    expect((await registry.find('shop', body.hash))?.manifest).toMatchObject({
      version: body.version,
      hash: body.hash,
    });
  // The same schema object: it is compiled once.
  expect((await registry.find('shop', first.body.hash))?.manifest.actions['order']?.input).toBe(
    (await registry.find('shop', first.body.hash))?.manifest.actions['order']?.input,
  );
  expect(await registry.find('shop', 'f'.repeat(64))).toBeUndefined();
  expect(await registry.find('other_name', first.body.hash)).toBeUndefined();
  await registry.close();
  expect((await putAdapter(shop('1.0.0'))).body).toMatchObject({ created: true, hash: first.body.hash }); // back again
  expect((await api.call('GET', '/adapters/shop')).body).toMatchObject({ version: '1.0.0' });
  expect((await api.call('GET', '/adapters/shop?as=source')).text).toBe(shop('1.0.0'));
  expect((await api.audited()).filter(({ subject }) => subject === 'shop').map(({ action }) => action)).toEqual([
    'adapter.create',
    'adapter.update',
    'adapter.update',
  ]);
});

test.each([
  ['no YAML', 'name: ['],
  ['faults', 'name: shop\n'],
  ['another name', shop('1.0.0').replace('name: shop', 'name: store')],
  ['a token in clear', shop('1.0.0', 'auth: { type: bearer, token: abc123 }\n')],
  ['a password in clear', shop('1.0.0', 'auth: { type: basic, username: u, password: p }\n')],
  ['a key in a header', shop('1.0.0', 'headers: { X-Api-Key: abc }\n')],
  ['a header of an action', shop('1.0.0').replace('idempotency: none', 'headers: { Authorization: Bearer x }')],
])('an adapter with %s is refused', async (_, text) => {
  const answer = await putAdapter(text);
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(answer.text).not.toMatch(/abc123|Bearer x/);
});

test('credentials by name are fine; a built-in adapter keeps its name; only administrators write', async () => {
  expect((await putAdapter(shop('3.0.0', 'auth: { type: bearer, token: $secrets.shop }\n'))).status).toBe(200);
  expect(
    await putAdapter(shop('1.0.0').replace('shop\n', 'crm\n').replace('name: shop', 'name: crm'), 'crm'),
  ).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('built-in') },
  });
  expect((await api.call('GET', '/adapters/crm?as=source')).body.code).toBe('adapter_not_found');
  api.as([{ role: 'author', on: { kind: 'all' } }]);
  expect((await putAdapter(shop('4.0.0'))).status).toBe(403);
  expect((await putActions('x: crm.find\n')).status).toBe(403);
  expect((await api.call('GET', '/adapters/shop?as=source')).status).toBe(200);
});

test('the catalogue is revised, counts at once, and is read as it came', async () => {
  expect((await api.call('GET', '/actions/source')).body.code).toBe('not_found');
  const text = '# ours\nlook_up: { adapter: crm, action: find }\n';
  const first = await putActions(text);
  expect(first).toMatchObject({ status: 200, body: { revision: 1, created: true } });
  expect((await putActions(text)).body).toEqual({ ...first.body, created: false });
  expect((await api.call('GET', '/actions/source')).text).toBe(text);
  expect((await api.call('GET', '/actions')).body.items[0]).toMatchObject({ name: 'look_up', source: 'catalogue' });
  expect((await api.call('POST', '/flows', 'flow: uses-it\nsteps:\n  - look_up: {}\n', YAML)).status).toBe(201);
  expect(await putActions('look_up: { adapter: crm, acton: find }\n')).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('actions.yaml:1:') },
  });
  expect((await putActions('look_up: crm.find\n')).body.revision).toBe(2);
  expect((await api.audited()).at(-1)).toMatchObject({ action: 'catalogue.update', details: { revision: 2 } });
});

test('several at once: each ends in a revision of its own or in 409', async () => {
  const catalogues = await Promise.all(Array.from({ length: 6 }, (_, i) => putActions(`a${i}: crm.find\n`)));
  const adapters = await Promise.all(Array.from({ length: 6 }, (_, i) => putAdapter(shop(`5.0.${i}`))));
  for (const { status, body } of [...catalogues, ...adapters])
    expect([200, 409], JSON.stringify(body)).toContain(status);
  expect((await api.call('GET', '/adapters/shop')).body.version).toMatch(/^5\.0\.\d$/);
  const [{ n } = { n: -1 }] = await api.database.sql<{ n: number }[]>`
    select count(*)::int as n from adapter_manifests where name = 'shop' and current`;
  expect(n).toBe(1);
});

test('organisations have adapters of their own, under one name', async () => {
  api.as([{ role: 'admin', on: { kind: 'all' } }], 'other');
  expect((await api.call('GET', '/adapters/shop')).status).toBe(404);
  expect((await api.call('GET', '/actions/source')).status).toBe(404);
  expect((await putAdapter(shop('1.0.0'))).body).toMatchObject({ created: true }); // equal content, another organisation
  expect((await api.call('GET', '/adapters/shop')).body.version).toBe('1.0.0');
});
