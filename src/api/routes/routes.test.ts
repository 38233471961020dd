import { describe, expect, test, vi } from 'vitest';
import type { ExecutionGateway } from '../../executions/gateway.ts';
import type { ExecutionView } from '../../executions/view.ts';
import { fakeApi, ID, storedFlow } from '../testdata/fake-api.ts';

const STARTED = { execution_id: ID, flow: 'a', version: '1.0.0', status: 'running' as const, links: {} };
const view = (more: Partial<ExecutionView>) => ({ ...STARTED, status: 'completed', ...more }) as unknown as ExecutionView; // the routes pass it on

describe('execute', () => {
  const start = vi.fn<ExecutionGateway['start']>(async () => STARTED);

  test('202 at once, with where it is; no body is an empty input', async () => {
    const { call } = fakeApi({ executions: { start } });
    const answer = await call('POST', '/flows/a_b/execute');
    expect(answer).toMatchObject({ status: 202, body: STARTED });
    expect(answer.headers.get('location')).toBe(`/executions/${ID}`);
    expect(start).toHaveBeenLastCalledWith({ flow: 'a_b' });
    await call('POST', '/flows/a/execute', { input: { n: 1 }, version: '^1', environment: 'prod', tags: ['x'] }, { 'idempotency-key': 'k' });
    expect(start).toHaveBeenLastCalledWith({ flow: 'a', input: { n: 1 }, version: '^1', environment: 'prod', tags: ['x'], idempotencyKey: 'k' });
  });
  test('with wait: 200 once ended, 202 when not in time, 408 when it timed out', async () => {
    const whenEnded = vi.fn<ExecutionGateway['whenEnded']>(async () => view({ output: 7 }));
    const { call } = fakeApi({ executions: { start, whenEnded } });
    expect(await call('POST', '/flows/a/execute?wait=1500ms', {})).toMatchObject({ status: 200, body: { output: 7 } });
    expect(whenEnded).toHaveBeenLastCalledWith(ID, 1_500);
    whenEnded.mockResolvedValueOnce(null);
    expect(await call('POST', '/flows/a/execute?wait=2h', {})).toMatchObject({ status: 202, body: STARTED });
    expect(whenEnded).toHaveBeenLastCalledWith(ID, 60_000);
    whenEnded.mockResolvedValueOnce(view({ status: 'timed_out' }));
    expect(await call('POST', '/flows/a/execute?wait=1s', {})).toMatchObject({ status: 408, body: { code: 'execution_timed_out', execution_id: ID } });
  });
  test.each([['/flows/a/execute?wait=soon', {}], ['/flows/..%2Fa/execute', {}], ['/flows/a/execute', { 'idempotency-key': 'a b' }]])('%s %j is 400', async (path, headers) => {
    expect(await fakeApi().call('POST', path, {}, headers)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

describe('executions', () => {
  test('the list takes filters and a page', async () => {
    const list = vi.fn<ExecutionGateway['list']>(async () => ({ items: [], next: 'more' }));
    const { call } = fakeApi({ executions: { list } });
    expect(await call('GET', '/executions?flow=a_b&status=failed&since=24h&tag=x&limit=7&cursor=abc')).toMatchObject({ status: 200, body: { items: [], next: 'more' } });
    expect(list).toHaveBeenLastCalledWith({ flow: 'a-b', status: 'failed', since: new Date(Date.UTC(2026, 0, 1)), tag: 'x' }, { limit: 7, cursor: 'abc' });
    await call('GET', '/executions');
    expect(list).toHaveBeenLastCalledWith({}, { limit: 50, cursor: null });
  });
  test.each(['?limit=0', '?limit=1000', '?status=gone', '?since=never', "?tag=a'b"])('the list refuses %s', async (query) => {
    expect(await fakeApi().call('GET', `/executions${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
  test('an id that can be none is refused; a sub-flow\'s passes', async () => {
    const get = vi.fn<ExecutionGateway['get']>(async () => view({}));
    const { call } = fakeApi({ executions: { get } });
    expect((await call('GET', '/executions/not-an-id')).status).toBe(400);
    expect((await call('GET', `/executions/${encodeURIComponent(`${ID}~steps/0/then/1~0`)}`)).status).toBe(200);
    expect(get).toHaveBeenCalledWith(`${ID}~steps/0/then/1~0`);
  });
  test('state takes exactly one of at and before', async () => {
    const state = vi.fn<ExecutionGateway['state']>(async () => ({ step: 's', when: 'at', time: '', vars: {}, results: {} }));
    const { call } = fakeApi({ executions: { state } });
    expect((await call('GET', `/executions/${ID}/state`)).status).toBe(400);
    expect((await call('GET', `/executions/${ID}/state?at=a&before=b`)).status).toBe(400);
    await call('GET', `/executions/${ID}/state?before=each[2].x`);
    expect(state).toHaveBeenLastCalledWith(ID, 'each[2].x', 'before');
  });
  test('steps with a slash in their path can be decided', async () => {
    const decide = vi.fn<ExecutionGateway['decide']>(async (execution_id, step) => ({ execution_id, step, approved: true }));
    await fakeApi({ executions: { decide } }).call('POST', `/executions/${ID}/steps/steps%2F0/decision`, { approved: true, comment: 'ok', form: { a: 1 } });
    expect(decide).toHaveBeenCalledWith(ID, 'steps/0', { approved: true, comment: 'ok', form: { a: 1 }, by: null });
  });
  test('rollback and rerun pass on what was asked', async () => {
    const rollBack = vi.fn<ExecutionGateway['rollBack']>(async () => STARTED);
    const rerun = vi.fn<ExecutionGateway['rerun']>(async () => ({ ...STARTED, origin: { execution_id: ID } }));
    const { call } = fakeApi({ executions: { rollBack, rerun } });
    expect((await call('POST', `/executions/${ID}/rollback`, { to: 'a', new_keys: true })).status).toBe(200);
    expect(rollBack).toHaveBeenCalledWith(ID, { to: 'a', compensate: false, newKeys: true });
    expect((await call('POST', `/executions/${ID}/rerun`)).status).toBe(202);
    expect(rerun).toHaveBeenCalledWith(ID, {});
  });
});

describe('event stream', () => {
  const events = vi.fn<ExecutionGateway['events']>(async () => (async function* () {
    yield { id: '0.1', type: 'step.started' as const, at: 0, step: 'a', kind: 'wait' as const };
    yield { id: '0.2', type: 'execution.completed' as const, at: 1_000, output: null };
  })());

  test('each event has id, name and data, and goes on after Last-Event-ID', async () => {
    const { call } = fakeApi({ executions: { events } });
    const answer = await call('GET', `/executions/${ID}/events`, undefined, { 'last-event-id': '0.0' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.text).toContain(`event: step.started\ndata: {"execution_id":"${ID}","time":"1970-01-01T00:00:00.000Z","type":"step.started","step":"a","kind":"wait"}\nid: 0.1\n\n`);
    expect(events).toHaveBeenCalledWith(expect.objectContaining({ executionId: ID, after: '0.0' }));
  });
  test('204 tells a reader that has everything not to come back', async () => {
    events.mockResolvedValueOnce(null);
    expect((await fakeApi({ executions: { events } }).call('GET', `/executions/${ID}/events`, undefined, { 'last-event-id': '0.2' })).status).toBe(204);
  });
});

describe('flows', () => {
  const good = 'flow: a\ntitle: A flow\ntags: [x]\nsteps:\n  - one: { adapter: crm, action: find, params: {} }\n';
  const flows = [storedFlow(good), storedFlow(good.replace('A flow', 'New'), '1.1.0'), storedFlow('flow: broken\nsteps: []\n')];

  test('are listed, read, by version, as source and as a graph', async () => {
    const { call } = fakeApi({ flows });
    expect((await call('GET', '/flows')).body.items.map((one: { flow: string; status: string }) => `${one.flow} ${one.status}`)).toEqual(['a valid', 'broken invalid']);
    expect((await call('GET', '/flows?limit=1')).body).toMatchObject({ items: [{ flow: 'a' }], next: 'a' });
    expect((await call('GET', '/flows?limit=1&cursor=a')).body).toMatchObject({ items: [{ flow: 'broken' }], next: null });
    expect((await call('GET', '/flows/a')).body).toMatchObject({ flow: 'a', version: '1.1.0', title: 'New', tags: ['x'] });
    expect((await call('GET', '/flows/a/versions')).body.items).toHaveLength(2);
    expect((await call('GET', '/flows/a/versions/1.0.0')).body.title).toBe('A flow');
    expect((await call('GET', '/flows/a/versions/1.0.0?as=source')).text).toBe(good);
    expect((await call('GET', '/flows/a?as=mermaid')).text).toMatch(/^flowchart TD/);
    expect(await call('GET', '/flows/broken')).toMatchObject({ status: 200, body: { diagnostics: [{ severity: 'error' }] } });
    expect(await call('GET', '/flows/broken?as=mermaid')).toMatchObject({ status: 400, body: { code: 'invalid_flow', errors: [{ code: expect.stringMatching(/^WEIR/) }] } });
    for (const path of ['/flows/none', '/flows/none/versions', '/flows/a/versions/9.9.9']) expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'flow_not_found' } });
  });
  test('of a folder are written in the folder', async () => {
    const { call } = fakeApi({ flows });
    for (const [method, path] of [['POST', '/flows'], ['PUT', '/flows/a'], ['DELETE', '/flows/a']] as const) {
      const answer = await call(method, path, method === 'DELETE' ? undefined : good, { 'content-type': 'application/yaml' });
      expect(answer).toMatchObject({ status: 405, body: { code: 'read_only_store' } });
      expect(answer.headers.get('allow')).toBe('GET');
    }
  });
  test.each(['application/yaml', 'text/yaml', 'application/x-yaml; charset=utf-8'])('are validated as %s', async (type) => {
    expect(await fakeApi().call('POST', '/flows/validate', good, { 'content-type': type })).toMatchObject({ status: 200, body: { valid: true, flow: 'a', diagnostics: [] } });
  });
  test('are validated as JSON; all problems come at once; 413 above 256 KiB; 415 for the rest', async () => {
    const { call } = fakeApi();
    expect((await call('POST', '/flows/validate', { flow: 'j', steps: [{ wait: '1s' }] })).body).toMatchObject({ valid: true, flow: 'j' });
    const bad = await call('POST', '/flows/validate', 'flow: Bad_Name\nsteps: []\nwat: 1\n', { 'content-type': 'application/yaml' });
    expect(bad).toMatchObject({ status: 200, body: { valid: false } });
    expect(bad.body.diagnostics.length).toBeGreaterThan(2);
    expect(await call('POST', '/flows/validate', `flow: a\n#${'x'.repeat(256 * 1024)}`, { 'content-type': 'application/yaml' })).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    expect((await call('POST', '/flows/validate', good, { 'content-type': 'text/html' })).status).toBe(415);
  });
});

describe('dry run', () => {
  const flows = [storedFlow('flow: d\ninputs: { n: { type: integer } }\nsteps:\n  - one: { adapter: crm, action: find, params: {} }\n  - wait: 1h\n  - two: { adapter: crm, action: find, params: { who: $one.name }, retry: { attempts: 2, jitter: 0 } }\noutput: { name: $one.name, two: $two.age }\n')];

  test('runs on samples of the output schemas, in virtual time, and shows plan and steps', async () => {
    const answer = await fakeApi({ flows }).call('POST', '/flows/d/dry-run', { input: { n: 1 } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'completed', output: { name: 'Ada', two: 0 } } });
    expect(answer.body.elapsed_ms).toBeGreaterThanOrEqual(3_600_000);
    expect(answer.body.plan.map((step: { id: string }) => step.id)).toEqual(['one', 'steps/1', 'two']);
    expect(answer.body.steps.map((step: { path: string; status: string }) => `${step.path} ${step.status}`)).toEqual(['one completed', 'steps/1 completed', 'two completed']);
  });
  test('mocks are taken in order, the last repeats, by id before action', async () => {
    const mocks = { 'crm.find': { return: { name: 'Bob' } }, two: [{ fail: { code: 'http_503', retryable: true } }, { return: { age: 5 } }] };
    const answer = await fakeApi({ flows }).call('POST', '/flows/d/dry-run', { input: { n: 1 }, mocks });
    expect(answer.body).toMatchObject({ status: 'completed', output: { name: 'Bob', two: 5 } });
    expect(answer.body.steps.find((step: { id: string }) => step.id === 'two').attempts).toBe(2);
  });
  test('checks the input first', async () => {
    expect(await fakeApi({ flows }).call('POST', '/flows/d/dry-run', { input: { n: 'x' } })).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path: '/n' }] } });
  });
});

describe('service', () => {
  test('readiness says what is missing', async () => {
    const ping = async () => undefined;
    expect(await fakeApi({ executions: { ping } }).call('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(await fakeApi({ executions: { ping }, deps: { missing: async () => ['no worker runs'] } }).call('GET', '/readyz')).toMatchObject({ status: 503, body: { status: 'not_ready', missing: ['no worker runs'] } });
  });
  test('adapters and actions are listed', async () => {
    const { call } = fakeApi();
    expect((await call('GET', '/adapters')).body.items).toMatchObject([{ name: 'crm', actions: ['find', 'order'] }]);
    expect((await call('GET', '/adapters/crm')).body.actions.find.title).toBe('Find');
    expect(await call('GET', '/adapters/none')).toMatchObject({ status: 404, body: { code: 'adapter_not_found' } });
    expect((await call('GET', '/actions')).body.items.map((one: { name: string }) => one.name)).toEqual(['look_up', 'crm.find', 'crm.order']);
  });
  test('the OpenAPI document has every route once, with unique operations and only schemas that resolve', async () => {
    const { body } = await fakeApi().call('GET', '/openapi.json');
    expect(body.openapi).toMatch(/^3\.1/);
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) => Object.values(path).map((one) => one.operationId));
    expect(new Set(operations).size).toBe(operations.length);
    expect(operations).toEqual(expect.arrayContaining(['executeFlow', 'getExecution', 'completeCallback', 'sendEvents', 'rollBackExecution']));
    const refs = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(refs)).toEqual(new Set(['#/components/schemas/Problem']));
    const execute = body.paths['/flows/{id}/execute'].post;
    expect(execute.parameters.map((one: { in: string; name: string }) => `${one.in} ${one.name}`)).toEqual(['path id', 'query wait', 'header Idempotency-Key']);
    expect(Object.keys(execute.responses)).toEqual(expect.arrayContaining(['200', '202', '400', '404', '408', '409', '413', '415', '429', '503']));
  });
});

describe('POST /events', () => {
  const event = { specversion: '1.0', id: 'e', source: '/s', type: 't', data: { a: 1 }, subject: 'sub' };
  const deliver = vi.fn(async ({ id }: { id: string }) => ({ id, delivered: [], started: [], rejected: [] }));
  const { call } = fakeApi({ deps: { events: { deliver } } });
  const seen = { id: 'e', source: '/s', type: 't', time: '2026-01-02T00:00:00.000Z', data: { a: 1 } };

  test('takes structured, batch and binary events', async () => {
    expect((await call('POST', '/events', event, { 'content-type': 'application/cloudevents+json; charset=utf-8' })).status).toBe(202);
    expect(deliver).toHaveBeenLastCalledWith({ ...seen, headers: { subject: 'sub' } });
    const batch = await call('POST', '/events', [event, { ...event, id: 'f' }], { 'content-type': 'application/cloudevents-batch+json' });
    expect(batch.body.items.map((one: { id: string }) => one.id)).toEqual(['e', 'f']);
    await call('POST', '/events', { a: 1 }, { 'ce-specversion': '1.0', 'ce-id': 'e', 'ce-source': '/s', 'ce-type': 't', 'ce-subject': 's%20b' });
    expect(deliver).toHaveBeenLastCalledWith({ ...seen, headers: { subject: 's b' } });
  });
  test.each([{ ...event, specversion: '0.3' }, { ...event, id: '' }, { data: 1 }, 'x'])('%j is no event', async (body) => {
    expect(await call('POST', '/events', JSON.stringify(body), { 'content-type': 'application/cloudevents+json' })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});
