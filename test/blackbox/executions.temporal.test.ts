import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiClient, eventually } from './api-client.ts';
import { readStream } from './sse.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

const NO_EXECUTION = '01900000-0000-7000-8000-000000000000';

let stub: Stub;
let folder: string;
let weir: WeirProcess;
let api: ApiClient;

beforeAll(async () => {
  stub = await startStub();
  const call = (path: string) =>
    `adapter: http, action: request, params: { method: POST, url: "${stub.url}${path}", body: { input: $input } }`;
  folder = flowFolder({
    'echo.flow.yaml': `flow: echo\nsteps:\n  - e: { ${call('/echo')} }\noutput: $e.body.input\n`,
    'gate.flow.yaml': `flow: gate
steps:
  - one: { ${call('/one')}, compensate: [ { undo_one: { ${call('/undo-one')} } } ] }
  - set: { n: $one.body.n }
  - gate: { wait_for: { event: go } }
  - last: { ${call('/last')}, compensate: [ { undo_last: { ${call('/undo-last')} } } ] }
finally: [ { tidy: { ${call('/tidy')} } } ]
output: { n: $vars.n, got: $gate.data }
`,
    'typed.flow.yaml': `flow: typed\ninputs: { n: { type: integer } }\nsteps: [ { set: { a: $input.n } } ]\noutput: $vars.a\n`,
    'late.flow.yaml': 'flow: late\ntimeout: 1s\nsteps: [ { wait: 1h } ]\n',
    'bad-end.flow.yaml': `flow: bad-end\nsteps: [ { set: { a: 1 } } ]\nfinally: [ { boom: { fail: { code: broken_finally } } } ]\n`,
    'broken.flow.yaml': 'flow: broken\nsteps: [ { x: { adapter: htttp } } ]\n',
  });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(folder);
});

describe('starting', () => {
  test('answers at once with where to look, or with the whole execution when asked to wait', async () => {
    const started = await api.post('/flows/echo/execute', { input: { a: 1 } });
    expect(started.status).toBe(202);
    expect(started.body).toMatchObject({ flow: 'echo', version: '1.0.0', status: 'running' });
    expect(await api.ended(String(started.body.execution_id))).toMatchObject({ status: 'completed', output: { a: 1 } });
    const waited = await api.post('/flows/echo/execute?wait=50s', { input: { a: [1, null, 'ü'] } });
    expect(waited.status).toBe(200);
    expect(waited.body).toMatchObject({ status: 'completed', output: { a: [1, null, 'ü'] } });
    const long = await api.post('/flows/gate/execute?wait=300ms', {});
    expect(long.status).toBe(202);
    await api.post(`/executions/${long.body.execution_id}/terminate`);
  });

  test('carries fields named as parts of the host language, untouched', async () => {
    const input = '{"__proto__":{"polluted":1},"constructor":{"prototype":2},"toString":3}';
    const { body } = await api.post('/flows/echo/execute?wait=50s', `{"input":${input}}`);
    expect(JSON.stringify(body.output)).toBe(input);
    expect(JSON.stringify((await api.execution(String(body.execution_id))).input)).toBe(input);
  });

  test.each([
    ['an unknown flow', 'nope', '{}', 404, 'flow_not_found'],
    ['a name that no flow can have', '__proto__', '{}', 400, 'invalid_request'],
    ['a flow with errors', 'broken', '{}', 400, 'invalid_flow'],
    ['an unknown version', 'echo', '{"version":"9.9.9"}', 404, 'version_not_found'],
    ['an unknown field', 'echo', '{"inputs":{}}', 400, 'invalid_request'],
    ['a list', 'echo', '[1]', 400, 'invalid_request'],
    ['half a document', 'echo', '{"input":', 400, 'invalid_json'],
    ['an input of the wrong type', 'typed', '{"input":{"n":"5"}}', 400, 'invalid_input'],
    ['an input that lacks something', 'typed', '{}', 400, 'invalid_input'],
    ['an input that is no object', 'typed', '{"input":7}', 400, 'invalid_input'],
  ])('refuses %s', async (_what, flow, body, status, code) => {
    const answer = await api.post(`/flows/${flow}/execute`, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
    expect(answer.body.detail).toMatch(/\w/);
  });

  test('refuses another media type, a body that is no text and one that is too large', async () => {
    const yaml = await api.post('/flows/echo/execute', 'input: 1', { 'content-type': 'application/yaml' });
    expect([yaml.status, yaml.body.code]).toEqual([415, 'unsupported_media_type']);
    const bytes = await fetch(`${weir.url}/flows/echo/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect([bytes.status, await bytes.json()]).toMatchObject([400, { code: 'invalid_json' }]);
    const large = await api.post('/flows/echo/execute', { input: 'x'.repeat(80 * 1024 * 1024) });
    expect([large.status, large.body.code]).toEqual([413, 'payload_too_large']);
  });

  test('tells a time-out within the wait, and a flow that fails in its finally', async () => {
    const late = await api.post('/flows/late/execute?wait=50s', {});
    expect([late.status, late.body.code]).toEqual([408, 'execution_timed_out']);
    expect(await api.execution(String(late.body.execution_id))).toMatchObject({ status: 'timed_out' });
    expect(await api.run('bad-end')).toMatchObject({
      status: 'failed',
      error: { code: 'broken_finally', step: 'boom' },
    });
  });

  test('starts once for a key, however many ask at once; another body is a conflict', async () => {
    const before = stub.to('/echo').length;
    const key = { 'idempotency-key': 'order-77' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => api.post('/flows/echo/execute', { input: { order: 77 } }, key)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(202));
    const ids = new Set(answers.map(({ body }) => body.execution_id));
    expect(ids.size).toBe(1);
    await api.ended(String([...ids][0]));
    const again = await api.post('/flows/echo/execute', { input: { order: 77 } }, key);
    expect(again.body.execution_id).toBe([...ids][0]);
    expect(stub.to('/echo').length - before).toBe(1);
    const other = await api.post('/flows/echo/execute', { input: { order: 78 } }, key);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
    const elsewhere = await api.post('/flows/typed/execute', { input: { n: 77 } }, key);
    expect(elsewhere.status).toBe(202);
  });
});

describe('listing', () => {
  test('pages through all, newest first, and filters', async () => {
    const tag = { tags: ['paged'] };
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1)
      ids.push(String((await api.post('/flows/typed/execute?wait=50s', { input: { n }, ...tag })).body.execution_id));
    await eventually(async () => (await api.get('/executions?tag=paged&status=completed')).body.items?.length === 7);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await api.get(
        `/executions?tag=paged&limit=3${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(body.items?.length).toBeLessThanOrEqual(3);
      seen.push(...(body.items ?? []).map(({ execution_id }) => execution_id));
      cursor = body.next ?? null;
    }
    expect(seen).toEqual(ids.toReversed());
    expect((await api.get('/executions?tag=paged&status=failed')).body.items).toEqual([]);
    expect((await api.get('/executions?tag=paged&flow=echo')).body.items).toEqual([]);
    expect((await api.get('/executions?tag=paged&since=1h')).body.items).toHaveLength(7);
    expect((await api.get('/executions?tag=paged&since=2100-01-01T00:00:00Z')).body.items).toEqual([]);
  });

  test.each([
    'limit=0',
    'limit=9999',
    'limit=x',
    'cursor=zzz',
    'status=sleeping',
    'since=yesterday',
    'flow=a%20b',
    "tag=a'b",
  ])('refuses ?%s', async (query) => {
    const { status, body } = await api.get(`/executions?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('state in the past', () => {
  test('is told at and before a step; an unknown step is 404, one that has not come is 409', async () => {
    const id = await api.start('gate', { a: 1 });
    await api.status(id, 'waiting');
    const at = await api.get(`/executions/${id}/state?at=one`);
    expect(at.body).toMatchObject({ vars: {}, results: { one: { status: 200 } } });
    const before = await api.get(`/executions/${id}/state?before=gate`);
    expect(before.body).toMatchObject({ vars: { n: expect.any(Number) } });
    const codes = async (query: string) => {
      const { status, body } = await api.get(`/executions/${id}/state?${query}`);
      return [status, body.code];
    };
    expect(await codes('at=zzz')).toEqual([404, 'step_not_found']);
    expect(await codes('at=gate')).toEqual([409, 'step_not_ended']);
    expect(await codes('before=last')).toEqual([409, 'step_not_ended']);
    expect(await codes('')).toEqual([400, 'invalid_request']);
    expect(await codes('at=one&before=one')).toEqual([400, 'invalid_request']);
    await api.post(`/executions/${id}/signal`, { type: 'go', data: 1 });
    await api.ended(id);
    expect((await api.get(`/executions/${id}/state?at=gate`)).body).toMatchObject({ results: { gate: { data: 1 } } });
  });
});

describe('events', () => {
  test('stream from the start, go on after a lost connection, and end with the execution', async () => {
    const id = await api.start('gate');
    const url = `${weir.url}/executions/${id}/events`;
    await api.status(id, 'waiting');
    const first = await readStream({ url, enough: (events) => events.length >= 2 });
    const mark = first.events[0]?.id ?? '';
    const rest = readStream({ url, after: mark });
    await api.post(`/executions/${id}/signal`, { type: 'go', data: 1 });
    await api.ended(id);
    const whole = await readStream({ url });
    const resumed = (await rest).events;
    expect(resumed.map((event) => event.id)).toEqual(whole.events.slice(1).map((event) => event.id));
    expect(new Set(whole.events.map((event) => event.id)).size).toBe(whole.events.length);
    for (const step of ['one', 'gate', 'last', 'tidy'])
      expect(
        whole.events.some(({ data }) => data['step'] === step || data['path'] === step),
        step,
      ).toBe(true);
    const middle = whole.events[3]?.id ?? '';
    const after = await readStream({ url, after: middle });
    expect(after.events.map((event) => event.id)).toEqual(whole.events.slice(4).map((event) => event.id));
    const nothing = await readStream({ url, after: whole.events.at(-1)?.id ?? '' });
    expect(nothing.events).toEqual([]);
  });

  test('of nothing known are 404; after an event that never was, all come', async () => {
    expect((await api.get(`/executions/${NO_EXECUTION}/events`)).body.code).toBe('execution_not_found');
    const id = (await api.run('typed', { n: 1 })).execution_id;
    const url = `${weir.url}/executions/${id}/events`;
    const whole = await readStream({ url });
    expect(whole.events.length).toBeGreaterThan(1);
    expect(await readStream({ url, after: 'bogus' })).toEqual(whole);
  });
});

describe('steering', () => {
  test('pause holds the next step, resume lets it go', async () => {
    const id = await api.start('gate');
    await api.status(id, 'waiting');
    const before = stub.to('/last').length;
    expect((await api.post(`/executions/${id}/pause`)).status).toBe(202);
    expect((await api.post(`/executions/${id}/pause`)).status).toBe(202);
    expect((await api.post(`/executions/${id}/signal`, { type: 'go', data: 1 })).status).toBe(200);
    await api.status(id, 'paused');
    expect(stub.to('/last').length).toBe(before);
    expect((await api.post(`/executions/${id}/resume`)).status).toBe(202);
    expect(await api.ended(id)).toMatchObject({ status: 'completed' });
    expect(stub.to('/last').length).toBe(before + 1);
  });

  test('cancel compensates and tidies up, terminate does neither', async () => {
    const cancelled = await api.start('gate');
    const terminated = await api.start('gate');
    await api.status(cancelled, 'waiting');
    await api.status(terminated, 'waiting');
    const count = () => [stub.to('/undo-one').length, stub.to('/tidy').length];
    const [undone = 0, tidied = 0] = count();
    expect((await api.post(`/executions/${terminated}/terminate`)).status).toBe(202);
    expect(await api.ended(terminated)).toMatchObject({ status: 'terminated' });
    expect((await api.post(`/executions/${cancelled}/cancel`)).status).toBe(202);
    expect(await api.ended(cancelled)).toMatchObject({ status: 'cancelled' });
    expect(count()).toEqual([undone + 1, tidied + 1]);
  });

  test.each(['cancel', 'terminate', 'pause', 'resume', 'signal', 'rollback', 'rerun'])(
    '%s of ended and unknown ones',
    async (what) => {
      const id = (await api.run('typed', { n: 1 })).execution_id;
      const bodies: Record<string, unknown> = {
        signal: { type: 'go' },
        rollback: { to: 'zzz' },
        rerun: { from: 'zzz' },
      };
      const known = await api.post(`/executions/${id}/${what}`, bodies[what] ?? {});
      const isAfterwards = what === 'rollback' || what === 'rerun';
      expect([known.status, known.body.code]).toEqual(
        isAfterwards ? [404, 'step_not_found'] : [409, 'execution_ended'],
      );
      const unknown = await api.post(`/executions/${NO_EXECUTION}/${what}`, bodies[what] ?? {});
      expect([unknown.status, unknown.body.code]).toEqual([404, 'execution_not_found']);
      const odd = await api.post(`/executions/not-an-id/${what}`, bodies[what] ?? {});
      expect([odd.status, odd.body.code]).toEqual([400, 'invalid_request']);
      const extra = await api.post(`/executions/${id}/${what}`, { bogus: 1 });
      expect([extra.status, extra.body.code]).toEqual([400, 'invalid_request']);
    },
  );

  test('an event that comes before its wait is kept; one of the same id counts once', async () => {
    const id = await api.start('gate');
    const event = { type: 'go', data: { n: 1 }, id: 'evt-1' };
    expect((await api.post(`/executions/${id}/signal`, event)).status).toBe(200);
    await api.post(`/executions/${id}/signal`, event);
    expect(await api.ended(id)).toMatchObject({ status: 'completed', output: { got: { n: 1 } } });
  });
});
