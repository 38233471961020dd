import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient, eventually } from './api-client.ts';
import type { Answer } from './api-client.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

let stub: Stub;
let folder: string;
let weir: WeirProcess;
let api: ApiClient;

beforeAll(async () => {
  stub = await startStub();
  const start = (path: string) =>
    `adapter: http, action: request, await: callback, params: { method: POST, url: "${stub.url}${path}", body: { id: $execution.id, url: $execution.callback_url } }`;
  folder = flowFolder({
    'job.flow.yaml': `flow: job
steps:
  - work: { ${start('/job')}, callback_timeout: 5m }
  - hold: { wait_for: { event: go } }
output: $work
`,
    'early.flow.yaml': `flow: early\nsteps: [ { work: { ${start('/held')}, callback_timeout: 5m } } ]\noutput: $work\n`,
    'short.flow.yaml': `flow: short\nsteps: [ { work: { ${start('/job')}, callback_timeout: 1s } } ]
on_error: [ { hold: { wait_for: { event: go } } } ]\n`,
    'each.flow.yaml': `flow: each
steps: [ { all: { foreach: { in: [1, 2, 3], concurrency: 3, do: [ { work: { ${start('/job')}, callback_timeout: 5m } } ] } } } ]
output: $all
`,
    'ask.flow.yaml': `flow: ask
steps: [ { ok: { approve: { title: "Pay?", form: { type: object, properties: { n: { type: integer } }, required: [n] } } } }, { hold: { wait_for: { event: go } } } ]
output: $ok
`,
    'asks.flow.yaml': `flow: asks
steps: [ { each: { foreach: { in: [1, 2], concurrency: 2, do: [ { ok: { approve: { title: "Pay \${ $item }?" } } } ] } } } ]
output: { ok: "\${ $each.map(e, e.approved) }" }
`,
  });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(folder);
});

/** The callback addresses that the service was given by this execution, `count` of them. */
async function addresses(id: string, count = 1): Promise<string[]> {
  const mine = () => stub.received.filter(({ body }) => (body as { id?: string }).id === id);
  await eventually(() => mine().length >= count);
  return mine().map(({ body }) => (body as { url: string }).url);
}

async function callback(url: string, payload: unknown, text = JSON.stringify(payload)): Promise<Answer> {
  const address = new URL(url);
  expect(address.origin).toBe(weir.url);
  return api.post(address.pathname, text);
}

const outcome = ({ status, body }: Answer) => [status, body.code];

test('the payload is the result; again is the first answer; other payloads change nothing; at the end too', async () => {
  const id = await api.start('job');
  const [url = ''] = await addresses(id);
  await api.status(id, 'waiting');
  const first = await callback(url, { n: 1 });
  expect(first.status).toBe(200);
  await api.until(id, ({ steps }) => steps.some((step) => step.path === 'hold'));
  expect(await callback(url, { n: 1 })).toMatchObject({ status: 200, body: first.body });
  expect(await callback(url, { n: 2 })).toMatchObject({ status: 200, body: first.body });
  await api.post(`/executions/${id}/signal`, { type: 'go' });
  expect(await api.ended(id)).toMatchObject({ status: 'completed', output: { n: 1 } });
  expect(await callback(url, { n: 1 })).toMatchObject({ status: 200, body: first.body });
});

test('three at once count once', async () => {
  const id = await api.start('job');
  const [url = ''] = await addresses(id);
  const answers = await Promise.all([1, 2, 3].map((n) => callback(url, { n })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await api.post(`/executions/${id}/signal`, { type: 'go' });
  const { output } = await api.ended(id);
  expect([1, 2, 3]).toContain((output as { n: number }).n);
});

test('one that comes before the answer of the start call counts', async () => {
  const id = await api.start('early');
  const [url = ''] = await addresses(id);
  expect((await callback(url, { early: true })).status).toBe(200);
  stub.release();
  expect(await api.ended(id)).toMatchObject({ status: 'completed', output: { early: true } });
});

test('late is 410, after the end and for a cancelled one too', async () => {
  const id = await api.start('short');
  const [url = ''] = await addresses(id);
  await api.until(id, ({ steps }) => steps.some((step) => step.path === 'hold'));
  expect(outcome(await callback(url, {}))).toEqual([410, 'callback_gone']);
  await api.post(`/executions/${id}/signal`, { type: 'go' });
  expect(await api.ended(id)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  expect(outcome(await callback(url, {}))).toEqual([410, 'callback_gone']);
  const other = await api.start('job');
  const [gone = ''] = await addresses(other);
  await api.status(other, 'waiting');
  await api.post(`/executions/${other}/cancel`);
  await api.ended(other);
  expect(outcome(await callback(gone, {}))).toEqual([410, 'callback_gone']);
});

test('a forged one is 401, whatever is changed, and the step stays open', async () => {
  const id = await api.start('job');
  const other = await api.start('job');
  const [url = ''] = await addresses(id);
  const [theirs = ''] = await addresses(other);
  const token = new URL(url).pathname.split('/').at(-1) ?? '';
  const foreign = new URL(theirs).pathname.split('/').at(-1) ?? '';
  const [head = '', tail = ''] = token.split('.');
  const [, foreignTail = ''] = foreign.split('.');
  const flipped = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
  for (const forged of [
    flipped,
    `${head}.${foreignTail}`,
    head,
    `${head}.`,
    `.${tail}`,
    'x',
    `${token}x`,
    `${token}=`,
    '%00',
    'a'.repeat(5000),
  ])
    expect(outcome(await api.post(`/callbacks/${forged}`, {})), forged).toEqual([401, 'invalid_callback_token']);
  await api.status(id, 'waiting');
  expect((await callback(url, { mine: 1 })).status).toBe(200);
  expect((await callback(theirs, { mine: 2 })).status).toBe(200);
  for (const one of [id, other]) await api.post(`/executions/${one}/signal`, { type: 'go' });
  expect([(await api.ended(id)).output, (await api.ended(other)).output]).toEqual([{ mine: 1 }, { mine: 2 }]);
});

test('each iteration has its own address', async () => {
  const id = await api.start('each');
  const urls = await addresses(id, 3);
  expect(new Set(urls).size).toBe(3);
  for (const [n, url] of urls.toReversed().entries()) expect((await callback(url, { n })).status).toBe(200);
  const { output } = await api.ended(id);
  expect((output as { n: number }[]).map(({ n }) => n).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
});

test('what is no JSON or too large is refused and leaves the step open', async () => {
  const id = await api.start('job');
  const [url = ''] = await addresses(id);
  expect(outcome(await callback(url, null, '{"a":'))).toEqual([400, 'invalid_json']);
  expect(outcome(await callback(url, 'x'.repeat(80 * 1024 * 1024)))).toEqual([413, 'payload_too_large']);
  const form = await api.post(new URL(url).pathname, 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });
  expect(outcome(form)).toEqual([415, 'unsupported_media_type']);
  expect((await callback(url, [1, null])).status).toBe(200);
  await api.post(`/executions/${id}/signal`, { type: 'go' });
  expect(await api.ended(id)).toMatchObject({ output: [1, null] });
});

test('an approval is decided once, by a form that fits', async () => {
  const id = await api.start('ask');
  await api.status(id, 'waiting');
  const decide = (body: unknown, step = 'ok') => api.post(`/executions/${id}/steps/${step}/decision`, body);
  expect(outcome(await decide({ approved: true, form: { n: 'x' } }))).toEqual([400, 'invalid_form']);
  expect(outcome(await decide({ approved: true }))).toEqual([400, 'invalid_form']);
  expect(outcome(await decide({ approved: 'yes' }))).toEqual([400, 'invalid_request']);
  expect(outcome(await decide({ approved: true, by: 'me' }))).toEqual([400, 'invalid_request']);
  expect(outcome(await decide({ approved: true }, 'zzz'))).toEqual([404, 'step_not_found']);
  expect(outcome(await decide({ approved: true }, 'hold'))).toEqual([404, 'step_not_found']);
  const answers = await Promise.all(
    [1, 2, 3, 4].map((n) => decide({ approved: n % 2 === 0, form: { n }, comment: 'ü' })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  expect(outcome(await decide({ approved: true, form: { n: 9 } }))).toEqual([409, 'approval_not_open']);
  await api.post(`/executions/${id}/signal`, { type: 'go' });
  const winner = answers.findIndex(({ status }) => status === 200) + 1;
  expect(await api.ended(id)).toMatchObject({
    output: { approved: winner % 2 === 0, form: { n: winner }, comment: 'ü' },
  });
});

test('a bare step is ambiguous while several are open', async () => {
  const id = await api.start('asks');
  await api.until(id, ({ waiting }) => waiting.length === 2);
  const decide = (step: string, approved: boolean) =>
    api.post(`/executions/${id}/steps/${encodeURIComponent(step)}/decision`, { approved });
  expect(outcome(await decide('ok', true))).toEqual([409, 'ambiguous_step']);
  expect((await decide('each[1].ok', false)).status).toBe(200);
  expect(outcome(await decide('each[1].ok', false))).toEqual([409, 'approval_not_open']);
  expect(outcome(await decide('each[7].ok', true))[0]).toBeGreaterThanOrEqual(404);
  expect((await decide('ok', true)).status).toBe(200);
  expect(await api.ended(id)).toMatchObject({ output: { ok: [true, false] } });
});
