import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportItem } from './folder-import.ts';
import { type FlowApi, flowApi, flowText } from './testdata/flow-api.ts';

let api: FlowApi;
beforeEach(async () => {
  api = await flowApi();
});
afterEach(() => api.close());

type Files = Readonly<Record<string, string>>;
const send = (files: Files, more: object = {}) =>
  api.call('POST', '/import', {
    files: Object.entries(files).map(([path, content]) => ({ path, content })),
    ...more,
  });
/** `path name operation from→version`, in order. */
const lines = (items: readonly ImportItem[]) =>
  items.map(
    ({ path, name, operation, from, version }) =>
      `${path ?? '-'} ${name ?? '-'} ${operation} ${from ?? ''}→${version ?? ''}`,
  );
const SHOP =
  'name: shop\nversion: 1.0.0\nbase_url: https://shop.example\nactions:\n  order: { path: /orders, idempotency: none }\n';

describe('grants', () => {
  test('hold for every file; what is unchanged needs none', async () => {
    await send({
      'adapters/shop.yaml': SHOP,
      'actions.yaml': 'buy: shop.order\n',
      'hr.flow.yaml': flowText('hr', 'category: hr\n'),
      's.flow.yaml': flowText('s', 'category: sales\n'),
    });
    api.as([{ role: 'author', on: { kind: 'category', category: 'sales' } }]);
    const { body } = await send(
      {
        'adapters/shop.yaml': SHOP,
        'adapters/new.yaml': SHOP.replace('name: shop', 'name: new'),
        'actions.yaml': 'buy: shop.order\nmore: crm.find\n',
        'hr.flow.yaml': flowText('hr', 'category: sales\n'),
        's.flow.yaml': flowText('s', 'category: sales\n', 2),
        'n1.flow.yaml': flowText('n1', 'category: sales\n'),
        'n2.flow.yaml': flowText('n2'),
      },
      { dry_run: true, prune: true },
    );
    expect(lines(body.items)).toEqual([
      'adapters/new.yaml new forbidden →1.0.0',
      'adapters/shop.yaml shop unchanged 1.0.0→1.0.0',
      'actions.yaml actions forbidden 1→2',
      'hr.flow.yaml hr forbidden →',
      'n1.flow.yaml n1 create →1.0.0',
      'n2.flow.yaml n2 forbidden →',
      's.flow.yaml s update 1.0.0→1.0.1',
    ]);
    expect(await send({ 'n2.flow.yaml': flowText('n2') })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', items: [{}, {}, { operation: 'forbidden' }, {}] },
    });
    expect(
      (await send({ 'n1.flow.yaml': flowText('n1', 'category: sales\n'), 'adapters/shop.yaml': SHOP })).status,
    ).toBe(200);
    const exported = (await api.call('GET', '/export')).body.files.filter(
      (file: { kind: string }) => file.kind === 'flow',
    );
    expect(exported.map((file: { name: string }) => file.name)).toEqual(['n1', 's']);
    api.as([{ role: 'viewer', on: { kind: 'all' } }]);
    expect((await send({}, { dry_run: true })).status).toBe(403);
  });
});

test.each([
  ['a path that leads out', [{ path: '/etc/passwd', content: '' }]],
  ['a path with a control character', [{ path: 'a\nb', content: '' }]],
  [
    'the same path twice',
    [
      { path: 'a.flow.yaml', content: '' },
      { path: 'a.flow.yaml', content: '' },
    ],
  ],
  ['an unknown key', [{ path: 'a', content: '', mode: 1 }]],
  ['a content that is no text', [{ path: 'a', content: 1 }]],
])('%s is refused', async (_, files) => {
  expect(await api.call('POST', '/import', { files })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
});

test('what no column takes is told as a fault of its file', async () => {
  const { body } = await send(
    {
      'a.flow.yaml': 'flow: a\ntitle: "\\0"\nsteps:\n  - wait: 1s\n',
      'b.flow.yaml': 'flow: b\0',
      'actions.yaml': 'x: "\0"\n',
      'adapters/x.yaml': 'name: "\0"',
    },
    { dry_run: true },
  );
  expect(body.summary.invalid).toBe(4);
});
