import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient, eventually } from './api-client.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

let stub: Stub;
let flows: string;
let state: string;
let weir: WeirProcess;

beforeAll(async () => {
  stub = await startStub();
  const call = (path: string, more = '') =>
    `adapter: http, action: request, params: { method: POST, url: "${stub.url}${path}", body: { id: $execution.id${more} } }`;
  flows = flowFolder({
    'walk.flow.yaml': `flow: walk
steps:
  - each:
      foreach:
        in: "\${ range(12) }"
        do:
          - visit: { adapter: http, action: request, params: { method: PUT, url: "${stub.url}/slow?ms=200", body: { id: $execution.id, n: $item } }, idempotency_key: "\${ $execution.id }-\${ $item }" }
  - total: { set: { n: "\${ size($each) }" } }
output: { n: $vars.n }
`,
    'ask.flow.yaml': `flow: ask\nsteps:\n  - ok: { approve: { title: Go on? } }\n  - after: { ${call('/after')} }\noutput: $ok.approved\n`,
    'job.flow.yaml': `flow: job\nsteps:\n  - work: { ${call('/job', ', url: $execution.callback_url')}, await: callback, callback_timeout: 10m }\noutput: $work\n`,
    'nap.flow.yaml': `flow: nap\nsteps:\n  - wait: 3s\n  - after: { ${call('/woke')} }\n`,
    'held.flow.yaml': `flow: held\nsteps:\n  - slow: { ${call('/held')}, idempotency_key: "\${ $execution.id }-slow", attempt_timeout: 1m }\noutput: $slow.body\n`,
  });
  state = mkdtempSync(join(tmpdir(), 'weir-blackbox-state-'));
  weir = await startWeir({ flows, state });
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(flows);
  removeFolder(state);
});

const of = (path: string, id: string) => stub.to(path).filter(({ body }) => JSON.stringify(body).includes(id));

test('nothing is lost and nothing done twice when everything is killed in the middle', async () => {
  const api = new ApiClient(weir.url);
  const walks = await Promise.all([1, 2, 3].map(() => api.start('walk')));
  const ask = await api.start('ask');
  const job = await api.start('job');
  const nap = await api.start('nap');
  const held = await api.start('held');
  const paused = await api.start('ask');
  await api.status(ask, 'waiting');
  await api.status(paused, 'waiting');
  await api.post(`/executions/${paused}/pause`);
  await eventually(() => of('/job', job).length === 1 && of('/held', held).length === 1);
  await eventually(() => walks.every((id) => of('/slow', id).length >= 2));
  const done = await api.post('/flows/ask/execute', { input: { a: 1 } }, { 'idempotency-key': 'before-the-kill' });
  const { port } = new URL(weir.url);
  await weir.stop('SIGKILL');

  weir = await startWeir({ flows, state, port: Number(port) });
  const again = new ApiClient(weir.url);
  // The callback's address was given out before; so was the key.
  const url = (of('/job', job)[0]?.body as { url: string } | undefined)?.url ?? '';
  const answered = await again.post(new URL(url).pathname, { result: 42 });
  expect([answered.status, answered.body.code]).toEqual([200, undefined]);
  const repeated = await again.post(
    '/flows/ask/execute',
    { input: { a: 1 } },
    { 'idempotency-key': 'before-the-kill' },
  );
  expect(repeated.body.execution_id).toBe(done.body.execution_id);
  expect((await again.post(`/executions/${ask}/steps/ok/decision`, { approved: true })).status).toBe(200);
  expect((await again.post(`/executions/${paused}/steps/ok/decision`, { approved: false })).status).toBe(200);
  await again.status(paused, 'paused');
  expect((await again.post(`/executions/${paused}/resume`)).status).toBe(202);
  stub.release();

  expect(await again.ended(ask)).toMatchObject({ status: 'completed', output: true });
  expect(await again.ended(paused)).toMatchObject({ status: 'completed', output: false });
  expect(await again.ended(job)).toMatchObject({ status: 'completed', output: { result: 42 } });
  expect(await again.ended(nap)).toMatchObject({ status: 'completed' });
  expect(await again.ended(held)).toMatchObject({ status: 'completed' });
  for (const id of walks) {
    expect(await again.ended(id)).toMatchObject({ status: 'completed', output: { n: 12 } });
    const visits = of('/slow', id).map(({ body, key }) => `${(body as { n: number }).n} ${key ?? ''}`);
    // A call that was under way is made again with the same key: the service sees each key for one item only.
    expect(new Set(visits).size).toBe(12);
  }
  expect(new Set(of('/held', held).map(({ key }) => key))).toEqual(new Set([`${held}-slow`]));
  expect([of('/after', ask).length, of('/woke', nap).length, of('/job', job).length]).toEqual([1, 1, 1]);
});

test('SIGTERM lets what runs end or go on later, and ends with 0', async () => {
  const api = new ApiClient(weir.url);
  const walk = await api.start('walk');
  await eventually(() => of('/slow', walk).length >= 2);
  expect(await weir.stop('SIGTERM')).toBe(0);
  const seen = of('/slow', walk).length;
  expect(seen).toBeLessThan(12);
  weir = await startWeir({ flows, state });
  expect(await new ApiClient(weir.url).ended(walk)).toMatchObject({ status: 'completed', output: { n: 12 } });
  expect(of('/slow', walk)).toHaveLength(12);
});
