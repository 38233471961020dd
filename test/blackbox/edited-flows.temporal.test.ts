import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient, eventually } from './api-client.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

let folder: string;
let weir: WeirProcess;
let api: ApiClient;

/** A flow that waits for `go` and then gives `what`. */
const source = (name: string, what: string, version = '') =>
  `flow: ${name}\n${version}steps:\n  - go: { wait_for: { event: go } }\n  - set: { what: ${what} }\noutput: $vars.what\n`;

const write = (file: string, text: string | Uint8Array) => writeFileSync(join(folder, file), text);
const status = async (name: string) => (await api.get(`/flows/${name}`)).body.status;

beforeAll(async () => {
  folder = flowFolder({
    'edited.flow.yaml': source('edited', 'old'),
    'spoiled.flow.yaml': source('spoiled', 'old'),
    'deleted.flow.yaml': source('deleted', 'old'),
  });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  removeFolder(folder);
});

async function go(id: string) {
  await api.post(`/executions/${id}/signal`, { type: 'go' });
  return api.ended(id);
}

test('what runs keeps its version; the next start takes the new one', async () => {
  const id = await api.start('edited');
  const { body: before } = await api.get('/flows/edited');
  write('edited.flow.yaml', source('edited', 'new'));
  await eventually(async () => (await api.get('/flows/edited')).body['hash'] !== before['hash']);
  const next = await api.start('edited');
  expect(await go(next)).toMatchObject({ status: 'completed', output: 'new' });
  expect(await go(id)).toMatchObject({ status: 'completed', output: 'old', version: before.version });
  expect((await api.execution(next)).version).not.toBe(before.version);
});

test('a broken edit is shown and not started silently in its old form; what runs goes on; the repair counts', async () => {
  const id = await api.start('spoiled');
  write('spoiled.flow.yaml', source('spoiled', 'new').replace('wait_for', 'wait_fro'));
  await eventually(async () => (await status('spoiled')) === 'invalid');
  const shown = await api.get('/flows?status=invalid');
  expect(JSON.stringify(shown.body.items)).toContain('spoiled');
  const refused = await api.post('/flows/spoiled/execute', {});
  expect([refused.status, refused.body.code]).toEqual([400, 'invalid_flow']);
  expect(refused.body.errors?.[0]).toMatchObject({ code: expect.stringMatching(/^WEIR\d{4}$/), line: 3 });
  await eventually(() => weir.log().includes('spoiled.flow.yaml'));
  expect(await go(id)).toMatchObject({ status: 'completed', output: 'old' });
  write('spoiled.flow.yaml', source('spoiled', 'newer'));
  await eventually(async () => (await status('spoiled')) === 'valid');
  expect(await go(await api.start('spoiled'))).toMatchObject({ output: 'newer' });
});

test('a file that is no YAML, no text or empty does no harm to the others', async () => {
  write('rubbish.flow.yaml', new Uint8Array([0xff, 0xfe, 0x00, 0x01]));
  write('empty.flow.yaml', '');
  write('half.flow.yaml', 'flow: half\nsteps: [ {');
  await eventually(() => ['rubbish', 'half'].every((name) => weir.log().includes(`${name}.flow.yaml`)));
  expect((await api.get('/healthz')).status).toBe(200);
  expect(await go(await api.start('edited'))).toMatchObject({ status: 'completed' });
  const half = await api.post('/flows/half/execute', {});
  expect([400, 404]).toContain(half.status);
});

test('a deleted flow is gone for new starts, not for what runs', async () => {
  const id = await api.start('deleted');
  rmSync(join(folder, 'deleted.flow.yaml'));
  await eventually(async () => (await api.get('/flows/deleted')).status === 404);
  const refused = await api.post('/flows/deleted/execute', {});
  expect([refused.status, refused.body.code]).toEqual([404, 'flow_not_found']);
  expect(await go(id)).toMatchObject({ status: 'completed', output: 'old' });
  expect((await api.get('/executions?flow=deleted')).body.items).toHaveLength(1);
  const back = await api.post(`/executions/${id}/rollback`, { to: 'go' });
  expect(back.status).toBe(200);
  expect(await go(id)).toMatchObject({ status: 'completed', output: 'old' });
});
