import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { httpManifest } from '../adapters/http/manifest.ts';
import { compile } from '../dsl/index.ts';
import type { FlowStore } from './flow-store.ts';
import { createFolderStore } from './folder-store.ts';

let folder: string;
let store: FlowStore;
const loadAdapters = vi.fn(async () => ({ manifests: new Map([['http', httpManifest]]), problems: [] }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-flows-'));
  loadAdapters.mockClear();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(files: Record<string, string> = {}): Promise<void> {
  for (const [path, text] of Object.entries(files)) await write(path, text);
  store = await createFolderStore({ folder, compile, loadAdapters, now: () => 1_000, pollMs: 50 });
}
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
const flow = (name: string, rest = ''): string => `flow: ${name}\n${rest}steps:\n  - wait: 1s\n`;

test('finds flows at every depth, by name and range; other files are not flows', async () => {
  await open({
    'a.flow.yaml': flow('a-b', 'version: 1.2.0\n'),
    'deep/er/b.yml': flow('b'),
    'c.flow.json': JSON.stringify({ flow: 'c', steps: [{ wait: '1s' }] }),
    'other.yaml': 'kind: Deployment\n',
    'a.test.yaml': 'flow: ./a.flow.yaml\ncases: []\n',
    'node_modules/x.flow.yaml': flow('hidden'),
    'adapters/crm.yaml': 'flow: no\n',
  });
  expect((await store.list()).map((one) => `${one.name} ${one.version}`)).toEqual(['a-b 1.2.0', 'b 1.0.0', 'c 1.0.0']);
  expect(await store.get('a_b')).toMatchObject({ name: 'a-b', ir: { version: '1.2.0' } });
  expect(await store.get('a-b@^1.0.0')).toMatchObject({ version: '1.2.0' });
  expect(await store.get('a-b@^2')).toBeUndefined();
  expect(await store.get('a-b@nonsense')).toBeUndefined();
  expect(loadAdapters).toHaveBeenCalledWith([join(folder, 'adapters')]);
});

test('a flow written just now is found at once; a deleted one is gone', async () => {
  await open();
  expect(await store.get('late')).toBeUndefined();
  await write('late.flow.yaml', flow('late'));
  expect(await store.get('late')).toMatchObject({ name: 'late' });
  await rm(join(folder, 'late.flow.yaml'));
  await vi.waitFor(async () => expect(await store.get('late')).toBeUndefined());
  expect(await store.versions('late')).toEqual([]);
});

test('other content without a version is the next patch level; comments are not; earlier versions stay', async () => {
  await open({ 'a.flow.yaml': flow('a') });
  const first = await store.get('a');
  await write('a.flow.yaml', `# just a comment\n${flow('a')}`);
  await vi.waitFor(async () => expect((await store.get('a'))?.source).toContain('comment'));
  expect(await store.get('a')).toMatchObject({ version: '1.0.0', hash: first?.hash });
  await write('a.flow.yaml', flow('a').replace('1s', '2s'));
  await vi.waitFor(async () => expect(await store.get('a')).toMatchObject({ version: '1.0.1' }));
  expect((await store.versions('a')).map((one) => one.version)).toEqual(['1.0.1', '1.0.0']);
  expect((await store.get('a@1.0.0'))?.ir?.hash).toBe(first?.hash);
});

test('a flow with errors is listed with them, and what ran before is still there by its version', async () => {
  await open({ 'a.flow.yaml': flow('a') });
  await write('a.flow.yaml', 'flow: a\nsteps:\n  - wat: { 1: 2 \n');
  await vi.waitFor(async () => expect((await store.get('a'))?.ir).toBeUndefined());
  expect((await store.get('a'))?.diagnostics[0]).toMatchObject({ severity: 'error' });
  expect((await store.list({ status: 'invalid' })).map((one) => one.name)).toEqual(['a']);
  expect((await store.get('a@1.0.0'))?.ir).toBeDefined();
  await write('a.flow.yaml', flow('a'));
  await vi.waitFor(async () => expect(await store.get('a')).toMatchObject({ version: '1.0.0', diagnostics: [] }));
});

test('content changed under its version is told', async () => {
  await open({ 'a.flow.yaml': flow('a', 'version: 2.0.0\n') });
  await write('a.flow.yaml', flow('a', 'version: 2.0.0\n').replace('1s', '2s'));
  await vi.waitFor(async () =>
    expect((await store.get('a'))?.diagnostics).toMatchObject([{ code: 'WEIR1901', severity: 'warning' }]),
  );
});

test('of two files with one flow and version the first by path counts and says so; when it goes the other counts', async () => {
  await open({ 'a.flow.yaml': flow('twin', 'title: first\n'), 'b.flow.yaml': flow('twin', 'title: second\n') });
  expect(await store.get('twin')).toMatchObject({
    ir: { title: 'first' },
    diagnostics: [{ code: 'WEIR1902', message: expect.stringContaining('b.flow.yaml') }],
  });
  await rm(join(folder, 'a.flow.yaml'));
  await vi.waitFor(async () =>
    expect(await store.get('twin')).toMatchObject({ ir: { title: 'second' }, diagnostics: [] }),
  );
});

test('a flow that calls another is checked again when that one comes', async () => {
  await open({ 'parent.flow.yaml': 'flow: parent\nsteps:\n  - child\n' });
  expect((await store.get('parent'))?.ir).toBeUndefined();
  await write('child.flow.yaml', flow('child'));
  await vi.waitFor(async () => expect((await store.get('parent'))?.ir).toBeDefined());
});

test('the action catalogue beside the flows counts, changes too, and its faults are told', async () => {
  await open({
    'actions.yaml': 'fetch_it: http.request\n',
    'a.flow.yaml': 'flow: a\nsteps:\n  - fetch_it: { params: { method: GET, url: "http://x" } }\n',
  });
  expect((await store.get('a'))?.diagnostics).toEqual([]);
  expect(await store.catalogue()).toEqual({ fetch_it: { adapter: 'http', action: 'request' } });
  await write('actions.yaml', 'fetch_it: 5\n');
  await vi.waitFor(async () => expect((await store.get('a'))?.ir).toBeUndefined());
  expect(await store.problems()).toEqual([expect.stringMatching(/^actions\.yaml:1:1: action "fetch_it"/)]);
});

test('filters by words, category and tag', async () => {
  await open({
    'a.flow.yaml': flow('a', 'title: Billing Desk\ncategory: money\ntags: [x, y]\n'),
    'b.flow.yaml': flow('b'),
  });
  const names = async (filter: Parameters<FlowStore['list']>[0]) => (await store.list(filter)).map((one) => one.name);
  expect(await names({ q: 'billing' })).toEqual(['a']);
  expect(await names({ category: 'money' })).toEqual(['a']);
  expect(await names({ tag: 'y' })).toEqual(['a']);
  expect(await names({ tag: 'z' })).toEqual([]);
  expect(await names({ status: 'valid' })).toEqual(['a', 'b']);
});
