import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient, eventually } from './api-client.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

let stub: Stub;
let folder: string;
let weir: WeirProcess;
let api: ApiClient;

function flow(version: string, last: string): string {
  const call = (path: string) =>
    `adapter: http, action: request, params: { method: POST, url: "${stub.url}${path}", body: { input: $input, id: $execution.id } }`;
  return `flow: back
version: ${version}
steps:
  - one: { ${call('/one')}, compensate: [ { undo_one: { ${call('/undo-one')} } } ] }
  - two: { ${call('/two')}, compensate: [ { undo_two: { ${call('/undo-two')} } } ] }
  - gate: { wait_for: { event: go } }
  - last: { ${call(last)} }
output: { last: $last.body, input: $input }
`;
}

/** Idempotency keys that the stub saw of this execution. */
function keys(id: string, path: string): (string | undefined)[] {
  return stub
    .to(path)
    .filter(({ body }) => JSON.stringify(body).includes(id))
    .map(({ key }) => key);
}

beforeAll(async () => {
  stub = await startStub();
  folder = flowFolder({ 'back.flow.yaml': flow('1.0.0', '/last') });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(folder);
});

async function toTheGate(input: unknown = {}): Promise<string> {
  const id = await api.start('back', input);
  await api.status(id, 'waiting');
  return id;
}

async function finish(id: string) {
  await api.status(id, 'waiting');
  await api.post(`/executions/${id}/signal`, { type: 'go', data: 1 });
  return api.ended(id);
}

test('a running execution goes back, same id, with the same keys', async () => {
  const id = await toTheGate();
  const answer = await api.post(`/executions/${id}/rollback`, { to: 'two' });
  expect(answer.status).toBe(200);
  expect(answer.body.execution_id).toBe(id);
  expect(await finish(id)).toMatchObject({ execution_id: id, status: 'completed' });
  const [first, second, ...more] = keys(id, '/two');
  expect(first).toBeTruthy();
  expect(second).toBe(first);
  expect(more).toEqual([]);
  expect(keys(id, '/one')).toHaveLength(1);
  expect(keys(id, '/undo-two')).toEqual([]);
});

test('an ended one goes back with compensation and new keys', async () => {
  const id = await toTheGate();
  await finish(id);
  const answer = await api.post(`/executions/${id}/rollback`, { to: 'two', compensate: true });
  expect(answer.status).toBe(200);
  expect(await finish(id)).toMatchObject({ execution_id: id, status: 'completed' });
  expect(keys(id, '/undo-two')).toHaveLength(1);
  expect(keys(id, '/undo-one')).toEqual([]);
  expect(new Set(keys(id, '/two')).size).toBe(2);
  expect((await api.post(`/executions/${id}/rollback`, { to: 'one', new_keys: true })).status).toBe(200);
  await finish(id);
  expect(new Set(keys(id, '/one')).size).toBe(2);
  expect(new Set(keys(id, '/two')).size).toBe(3);
});

test('what was rolled back is not shown as done', async () => {
  const id = await toTheGate();
  await finish(id);
  await api.post(`/executions/${id}/rollback`, { to: 'two' });
  const { steps } = await api.status(id, 'waiting');
  expect(steps.map((step) => [step.path, step.status])).toEqual([
    ['one', 'completed'],
    ['two', 'completed'],
    ['gate', 'waiting'],
  ]);
  await finish(id);
});

test('a step that never began, and an unknown one, are refused and change nothing', async () => {
  const id = await toTheGate();
  for (const to of ['last', 'zzz', 'one[3].x'])
    expect((await api.post(`/executions/${id}/rollback`, { to })).body.code, to).toBe('step_not_found');
  expect((await api.post(`/executions/${id}/rollback`, {})).body.code).toBe('invalid_request');
  expect((await api.post(`/executions/${id}/rerun`, {})).body.code).toBe('execution_running');
  expect(await finish(id)).toMatchObject({ status: 'completed' });
});

test('an ended one is run again from a step, with other input and an edited version', async () => {
  const id = await toTheGate({ a: 1 });
  await finish(id);
  writeFileSync(join(folder, 'back.flow.yaml'), flow('1.1.0', '/last-edited'));
  await eventually(async () => (await api.get('/flows/back')).body.version === '1.1.0');
  const answer = await api.post(`/executions/${id}/rerun`, { from: 'gate', version: '1.1.0', input: { a: 2 } });
  expect(answer.status).toBe(202);
  const again = String(answer.body.execution_id);
  expect(again).not.toBe(id);
  expect(answer.body.origin).toMatchObject({ execution_id: id });
  expect(await finish(again)).toMatchObject({ status: 'completed', version: '1.1.0', output: { input: { a: 2 } } });
  expect(keys(again, '/one')).toEqual([]);
  expect(keys(again, '/last-edited')).toHaveLength(1);
  const whole = String((await api.post(`/executions/${id}/rerun`, {})).body.execution_id);
  expect(await finish(whole)).toMatchObject({ version: '1.0.0', output: { input: { a: 1 } } });
  expect(keys(whole, '/one')).not.toEqual(keys(id, '/one'));
});
