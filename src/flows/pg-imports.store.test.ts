import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRegistry } from '../adapters/registry.ts';
import type { ImportItem } from './folder-import.ts';
import { type FlowApi, flowApi, flowText, YAML } from './testdata/flow-api.ts';

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
const FOLDER: Files = {
  'adapters/shop.yaml': SHOP,
  'actions.yaml': 'buy: shop.order\n',
  'a-parent.flow.yaml': 'flow: a-parent\nsteps:\n  - child: { flow: b-child@^1 }\n  - buy: {}\n',
  'sub/b-child.flow.yaml': flowText('b-child', 'version: 1.4.0\n'),
  'sub/b-child.test.yaml': 'flow: b-child\ncases: []\n',
  'notes.yaml': 'just: notes\n',
  'README.md': '# read me',
};
const rows = async () => {
  const [row] = await api.database.sql`
    select (select count(*) from flow_versions)::int as versions, (select count(*) from adapter_manifests)::int as adapters,
      (select count(*) from action_catalogues)::int as catalogues, (select count(*) from audit_records)::int as audit`;
  return row;
};

test('a folder is planned, done as planned, and then there is nothing to do', async () => {
  const plan = await send(FOLDER, { dry_run: true });
  expect(plan).toMatchObject({ status: 200, body: { applied: false, summary: { create: 4, ignored: 3, invalid: 0 } } });
  expect(lines(plan.body.items)).toEqual([
    'adapters/shop.yaml shop create →1.0.0',
    'actions.yaml actions create →1',
    'sub/b-child.flow.yaml b-child create →1.4.0',
    'a-parent.flow.yaml a-parent create →1.0.0',
    'README.md - ignored →',
    'sub/b-child.test.yaml - ignored →',
    'notes.yaml - ignored →',
  ]);
  expect(plan.body.items.flatMap((item: ImportItem) => item.diagnostics)).toEqual([]);
  expect(await rows()).toEqual({ versions: 0, adapters: 0, catalogues: 0, audit: 0 });
  const done = await send(FOLDER, { plan: plan.body.plan });
  expect(done).toMatchObject({ status: 200, body: { applied: true, plan: plan.body.plan, items: plan.body.items } });
  expect(await rows()).toEqual({ versions: 2, adapters: 1, catalogues: 1, audit: 4 });
  expect((await api.audited()).map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    'adapter.create shop',
    'catalogue.update actions',
    'flow.create b-child',
    'flow.create a-parent',
  ]);
  const again = await send(FOLDER);
  expect(again.body.summary).toMatchObject({ create: 0, update: 0, unchanged: 4 });
  expect(await rows()).toEqual({ versions: 2, adapters: 1, catalogues: 1, audit: 4 });
});

test('what was exported is what came, and importing it changes nothing', async () => {
  await send(FOLDER);
  await api.call('POST', '/flows', '{"flow":"as-json","steps":[{"wait":"1s"}]}', {
    'content-type': 'application/json',
  });
  const { files } = (await api.call('GET', '/export')).body;
  const folder = Object.fromEntries(files.map((file: { path: string; content: string }) => [file.path, file.content]));
  expect(folder).toEqual({
    'adapters/shop.yaml': FOLDER['adapters/shop.yaml'],
    'actions.yaml': FOLDER['actions.yaml'],
    'a-parent.flow.yaml': FOLDER['a-parent.flow.yaml'],
    'b-child.flow.yaml': FOLDER['sub/b-child.flow.yaml'],
    'as-json.flow.json': '{"flow":"as-json","steps":[{"wait":"1s"}]}',
  });
  expect((await send(folder)).body.summary).toMatchObject({ unchanged: 5, create: 0, update: 0, invalid: 0 });
  expect((await api.call('GET', '/export?q=as-json')).body.files.at(-1)).toMatchObject({
    kind: 'flow',
    name: 'as-json',
    version: '1.0.0',
  });
});

test('the folders of examples/ can be brought to a server, and from there to another one', async () => {
  await api.close();
  const registry = await createRegistry();
  api = await flowApi({ codedAdapters: registry.manifests });
  await registry.close();
  const files: Record<string, string> = {};
  for (const folder of ['seeds', 'shop'])
    for (const entry of readdirSync(`examples/${folder}`, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.endsWith('.yaml')) {
        const path = join(entry.parentPath, entry.name);
        files[path] = readFileSync(path, 'utf8');
      }
  const answer = await send(files);
  expect(
    answer.status,
    JSON.stringify(answer.body.items?.filter((item: ImportItem) => item.operation === 'invalid')),
  ).toBe(200);
  expect(answer.body.summary.create).toBeGreaterThan(10);
  const exported = (await api.call('GET', '/export')).body.files;
  expect(
    (
      await send(
        Object.fromEntries(exported.map(({ path, content }: { path: string; content: string }) => [path, content])),
      )
    ).body.summary,
  ).toMatchObject({
    create: 0,
    update: 0,
    invalid: 0,
    unchanged: exported.length,
  });
});

describe('all or nothing', () => {
  test('one file with errors keeps everything out, and every fault is told at its place', async () => {
    const files = {
      ...FOLDER,
      'adapters/bad.yaml': 'name: bad\nversion: 1.0.0\n',
      'more/actions.yaml': 'x: { adapter: crm, wat: 1 }\n',
      'bad.flow.yaml': 'flow: bad\nsteps: []\nwat: 1\n',
      'twin.flow.yaml': flowText('b-child', 'version: 1.4.0\n', 9),
      'no-flow.flow.yaml': 'flow: [\n',
    };
    const plan = await send(files, { dry_run: true });
    expect(plan.status).toBe(200);
    const invalid = plan.body.items.filter((item: ImportItem) => item.operation === 'invalid');
    expect(invalid.map((item: ImportItem) => item.path).sort()).toEqual([
      'adapters/bad.yaml',
      'bad.flow.yaml',
      'more/actions.yaml',
      'no-flow.flow.yaml',
      'twin.flow.yaml',
    ]);
    const of = (path: string): ImportItem => invalid.find((item: ImportItem) => item.path === path);
    expect(of('more/actions.yaml').diagnostics).toMatchObject([{ code: 'WEIR1903', severity: 'error', line: 1 }]);
    expect(of('adapters/bad.yaml').diagnostics[0]).toMatchObject({ code: 'WEIR1903' });
    expect(of('bad.flow.yaml').diagnostics.length).toBeGreaterThan(1);
    expect(of('twin.flow.yaml').reason).toContain('sub/b-child.flow.yaml');
    const refused = await send(files);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_import', items: plan.body.items } });
    expect(await rows()).toEqual({ versions: 0, adapters: 0, catalogues: 0, audit: 0 });
  });

  test('a version that goes back is told, one that is there as it is does nothing', async () => {
    await send({
      'v1.flow.yaml': flowText('v', 'version: 1.0.0\n', 1),
      'v2.flow.yaml': flowText('v', 'version: 2.0.0\n', 2),
    });
    expect((await api.call('GET', '/flows/v/versions')).body.items).toHaveLength(2);
    expect((await send({ 'v1.flow.yaml': flowText('v', 'version: 1.0.0\n', 1) })).body.summary.unchanged).toBe(1);
    const back = await send({ 'v1.flow.yaml': flowText('v', 'version: 1.5.0\n', 3) });
    expect(back).toMatchObject({
      status: 400,
      body: { items: [{ operation: 'invalid', reason: expect.stringContaining('2.0.0 is there') }] },
    });
    const both = { 'a.flow.yaml': flowText('v', '', 5), 'b.flow.yaml': flowText('v', 'version: 3.0.0\n', 4) };
    expect(lines((await send(both)).body.items)).toEqual([
      'b.flow.yaml v update 2.0.0→3.0.0',
      'a.flow.yaml v update 3.0.0→3.0.1',
    ]);
    expect((await api.call('GET', '/flows/v')).body.version).toBe('3.0.1');
  });

  test('a plan that is not the confirmed one any more is not done', async () => {
    const files = { 'p.flow.yaml': flowText('p') };
    const { plan } = (await send(files, { dry_run: true })).body;
    await api.call('POST', '/flows', flowText('p', '', 7), YAML);
    expect(await send(files, { plan })).toMatchObject({
      status: 409,
      body: { code: 'plan_changed', items: [{ operation: 'update', from: '1.0.0' }] },
    });
    expect((await api.call('GET', '/flows/p/versions')).body.items).toHaveLength(1);
  });

  test('several imports of one folder at once: one does it, the others find it done or are told', async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}.flow.yaml`, flowText(`f${i}`)]));
    const answers = await Promise.all(Array.from({ length: 5 }, () => send({ ...FOLDER, ...files })));
    for (const { status, body } of answers) expect([200, 409], JSON.stringify(body)).toContain(status);
    expect(answers.filter(({ body }) => body.summary?.create === 16)).toHaveLength(1);
    expect(await rows()).toEqual({ versions: 14, adapters: 1, catalogues: 1, audit: 16 });
  });
});

test('imports that make the same flows in other orders: no deadlock comes out', async () => {
  const chain = (names: readonly string[]) =>
    Object.fromEntries(
      names.map((name, i) => [
        `${name}.flow.yaml`,
        `flow: ${name}\nsteps:\n  - ${i + 1 < names.length ? `sub: { flow: ${names[i + 1]} }` : 'wait: 1s'}\n`,
      ]),
    );
  const names = Array.from({ length: 15 }, (_, i) => `c${i}`);
  for (let round = 0; round < 3; round++) {
    const mine = names.map((name) => `${name}-r${round}`);
    const answers = await Promise.all([send(chain(mine)), send(chain(mine.toReversed())), send(chain(mine))]);
    for (const { status, body } of answers) expect([200, 409], JSON.stringify(body)).toContain(status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  }
});

describe('what only the server has', () => {
  beforeEach(async () => {
    await send({
      'keep.flow.yaml': flowText('keep'),
      'gone.flow.yaml': flowText('gone'),
      'actions.yaml': 'one: crm.find\ntwo: crm.find\n',
      'adapters/shop.yaml': SHOP,
    });
  });
  const files = { 'keep.flow.yaml': flowText('keep', '', 2), 'actions.yaml': 'two: { adapter: crm }\n' };

  test('stays and is told', async () => {
    const { body } = await send(files);
    expect(lines(body.items)).toEqual([
      '- shop keep 1.0.0→1.0.0',
      'actions.yaml actions update 1→2',
      'keep.flow.yaml keep update 1.0.0→1.0.1',
      '- gone keep 1.0.0→1.0.0',
    ]);
    expect(body.items[1].reason).toContain('Keeps what only the server has: one');
    const names = (await api.call('GET', '/actions')).body.items.map((one: { name: string }) => one.name);
    expect(names).toEqual(expect.arrayContaining(['one', 'two']));
    expect((await api.call('GET', '/flows/gone')).status).toBe(200);
  });

  test('goes with `prune`, but not while it is in use, unless forced', async () => {
    api.uses.set('gone', ['deployed in prod']);
    expect(await send(files, { prune: true })).toMatchObject({
      status: 400,
      body: { code: 'invalid_import' },
    });
    expect((await api.call('GET', '/flows/keep')).body.version).toBe('1.0.0');
    const { body } = await send(files, { prune: true, force: true });
    expect(lines(body.items)).toEqual([
      '- shop keep 1.0.0→1.0.0',
      'actions.yaml actions update 1→2',
      'keep.flow.yaml keep update 1.0.0→1.0.1',
      '- gone delete 1.0.0→1.0.0',
    ]);
    expect(body.items[1].reason).toContain('Drops what only the server has: one');
    expect((await api.call('GET', '/flows/gone')).status).toBe(404);
    expect((await api.call('GET', '/actions/source')).text).toBe(files['actions.yaml']);
    // It comes back with its history.
    expect(lines((await send({ 'gone.flow.yaml': flowText('gone') })).body.items).at(-2)).toBe(
      'gone.flow.yaml gone create →1.0.0',
    );
    expect((await api.call('GET', '/flows/gone')).status).toBe(200);
  });

  test('a changed adapter gives the flows that call it a new version', async () => {
    const buys = 'flow: buys\nsteps:\n  - order: { adapter: shop, action: order, params: {} }\n';
    await send({ 'buys.flow.yaml': buys });
    const { body } = await send({ 'buys.flow.yaml': buys, 'adapters/shop.yaml': SHOP.replace('1.0.0', '1.1.0') });
    expect(lines(body.items)).toEqual(
      expect.arrayContaining(['adapters/shop.yaml shop update 1.0.0→1.1.0', 'buys.flow.yaml buys update 1.0.0→1.0.1']),
    );
  });
});
