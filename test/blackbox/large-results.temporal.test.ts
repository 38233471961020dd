import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient } from './api-client.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

const MIB = 1024 * 1024;

let stub: Stub;
let folder: string;
let weir: WeirProcess;
let api: ApiClient;

beforeAll(async () => {
  stub = await startStub();
  const get = `adapter: http, action: request, retry: false, params: { url: "${stub.url}/size?bytes=\${ $input.bytes }" }`;
  folder = flowFolder({
    'get.flow.yaml': `flow: get\nsteps:\n  - get: { ${get} }\n  - ok: { wait_for: { event: go } }\noutput: { status: $get.status }\n`,
    'pass.flow.yaml': `flow: pass\nsteps:\n  - get: { ${get} }\noutput: $get.body\n`,
    'grow.flow.yaml': `flow: grow
steps:
  - get: { ${get} }
  - all: { set: { list: [ $get.body.blob, $get.body.blob, $get.body.blob, $get.body.blob ] } }
output: $vars.list
`,
    'odd.flow.yaml': `flow: odd\nsteps:\n  - text: { adapter: http, action: request, params: { url: "${stub.url}/text" } }\n  - odd: { adapter: http, action: request, params: { url: "${stub.url}/broken" } }\n`,
  });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(folder);
});

test.each([300 * 1024, 3 * MIB, 20 * MIB])(
  'a result of %d bytes is read back whole, while waiting and after',
  async (bytes) => {
    const id = await api.start('get', { bytes });
    await api.status(id, 'waiting');
    const state = await api.get(`/executions/${id}/state?at=get`);
    const results = state.body['results'] as { get: { body: { blob: string } } };
    expect(results.get.body.blob.length).toBe(bytes - 11);
    await api.post(`/executions/${id}/signal`, { type: 'go' });
    expect(await api.ended(id)).toMatchObject({ status: 'completed', output: { status: 200 } });
    const whole = await api.run('pass', { bytes });
    expect(whole.status).toBe('completed');
    expect((whole.output as { blob: string }).blob).toBe('x'.repeat(bytes - 11));
    expect(JSON.stringify(whole.steps[0]?.result).length).toBeGreaterThan(bytes);
  },
);

test('an input of 3 MB comes in and is read back', async () => {
  const id = await api.start('pass', { bytes: 100, text: 'y'.repeat(3 * MIB) });
  const { status, input } = await api.ended(id);
  expect(status).toBe('completed');
  expect((input as { text: string }).text.length).toBe(3 * MIB);
});

test('one over the limit fails its step, by a code', async () => {
  expect(await api.run('pass', { bytes: 65 * MIB })).toMatchObject({
    status: 'failed',
    error: { code: 'result_too_large', step: 'get' },
  });
  expect(await api.run('pass', { bytes: 100 * MIB })).toMatchObject({
    status: 'failed',
    error: { code: 'result_too_large' },
  });
});

test('what a flow makes of large results, over the limit too, ends it clearly', async () => {
  const { status, error } = await api.run('grow', { bytes: 20 * MIB });
  expect(status).toBe('failed');
  expect(error?.code).toMatch(/too_large/);
});

test('an answer that is text is text, one that breaks its own media type fails the step', async () => {
  expect(await api.run('odd')).toMatchObject({
    status: 'failed',
    error: { code: 'invalid_response', step: 'odd' },
    steps: [{ result: { body: 'not { json' } }, { attempts: 1 }],
  });
});
