import { describe, expect, test, vi } from 'vitest';
import type { ExecutionGateway } from '../../executions/gateway.ts';
import type { ExecutionView } from '../../executions/view.ts';
import { Problem } from '../../problems/problem.ts';
import { fakeApi, ID } from '../testdata/fake-api.ts';

const STARTED = { execution_id: ID, flow: 'a', version: '1.0.0', status: 'running' as const, links: {} };
const view = (more: Partial<ExecutionView>) =>
  ({ ...STARTED, status: 'completed', ...more }) as unknown as ExecutionView; // the routes pass it on

describe('execute', () => {
  const start = vi.fn<ExecutionGateway['start']>(async () => STARTED);

  test('202 at once, with where it is; no body is an empty input', async () => {
    const { call } = fakeApi({ executions: { start } });
    const answer = await call('POST', '/flows/a_b/execute');
    expect(answer).toMatchObject({ status: 202, body: STARTED });
    expect(answer.headers.get('location')).toBe(`/executions/${ID}`);
    expect(start).toHaveBeenLastCalledWith({ flow: 'a_b' });
    await call(
      'POST',
      '/flows/a/execute',
      { input: { n: 1 }, version: '^1', environment: 'prod', tags: ['x'] },
      { 'idempotency-key': 'k' },
    );
    expect(start).toHaveBeenLastCalledWith({
      flow: 'a',
      input: { n: 1 },
      version: '^1',
      environment: 'prod',
      tags: ['x'],
      idempotencyKey: 'k',
    });
  });
  test('with wait: 200 once ended, 202 when not in time, 408 when it timed out', async () => {
    const whenEnded = vi.fn<ExecutionGateway['whenEnded']>(async () => view({ output: 7 }));
    const { call } = fakeApi({ executions: { start, whenEnded } });
    expect(await call('POST', '/flows/a/execute?wait=1500ms', {})).toMatchObject({ status: 200, body: { output: 7 } });
    expect(whenEnded).toHaveBeenLastCalledWith(ID, 1_500);
    whenEnded.mockResolvedValueOnce(null);
    expect(await call('POST', '/flows/a/execute?wait=2h', {})).toMatchObject({ status: 202, body: STARTED });
    expect(whenEnded).toHaveBeenLastCalledWith(ID, 60_000);
    whenEnded.mockRejectedValueOnce(new Problem('temporal_unavailable', 'away'));
    expect(await call('POST', '/flows/a/execute?wait=1s', {})).toMatchObject({ status: 202, body: STARTED });
    whenEnded.mockResolvedValueOnce(view({ status: 'timed_out' }));
    expect(await call('POST', '/flows/a/execute?wait=1s', {})).toMatchObject({
      status: 408,
      body: { code: 'execution_timed_out', execution_id: ID },
    });
  });
  test.each([
    ['/flows/a/execute?wait=soon', {}],
    ['/flows/..%2Fa/execute', {}],
    ['/flows/a/execute', { 'idempotency-key': 'a b' }],
  ])('%s %j is 400', async (path, headers) => {
    expect(await fakeApi().call('POST', path, {}, headers)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });
});

describe('executions', () => {
  test('the list takes filters and a page', async () => {
    const list = vi.fn<ExecutionGateway['list']>(async () => ({ items: [], next: 'more' }));
    const { call } = fakeApi({ executions: { list } });
    expect(await call('GET', '/executions?flow=a_b&status=failed&since=24h&tag=x&limit=7&cursor=abc')).toMatchObject({
      status: 200,
      body: { items: [], next: 'more' },
    });
    expect(list).toHaveBeenLastCalledWith(
      { flow: 'a-b', status: 'failed', since: new Date(Date.UTC(2026, 0, 1)), tag: 'x' },
      { limit: 7, cursor: 'abc' },
    );
    await call('GET', '/executions');
    expect(list).toHaveBeenLastCalledWith({}, { limit: 50, cursor: null });
  });
  test.each(['?limit=0', '?limit=1000', '?status=gone', '?since=never', "?tag=a'b"])(
    'the list refuses %s',
    async (query) => {
      expect(await fakeApi().call('GET', `/executions${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    },
  );
  test("an id that can be none is refused; a sub-flow's passes", async () => {
    const get = vi.fn<ExecutionGateway['get']>(async () => view({}));
    const { call } = fakeApi({ executions: { get } });
    expect((await call('GET', '/executions/not-an-id')).status).toBe(400);
    expect((await call('GET', `/executions/${encodeURIComponent(`${ID}~steps/0/then/1~0`)}`)).status).toBe(200);
    expect(get).toHaveBeenCalledWith(`${ID}~steps/0/then/1~0`);
  });
  test('state takes exactly one of at and before', async () => {
    const state = vi.fn<ExecutionGateway['state']>(async () => ({
      step: 's',
      when: 'at',
      time: '',
      vars: {},
      results: {},
    }));
    const { call } = fakeApi({ executions: { state } });
    expect((await call('GET', `/executions/${ID}/state`)).status).toBe(400);
    expect((await call('GET', `/executions/${ID}/state?at=a&before=b`)).status).toBe(400);
    await call('GET', `/executions/${ID}/state?before=each[2].x`);
    expect(state).toHaveBeenLastCalledWith(ID, 'each[2].x', 'before');
  });
  test('steps with a slash in their path can be decided', async () => {
    const decide = vi.fn<ExecutionGateway['decide']>(async (execution_id, step) => ({
      execution_id,
      step,
      approved: true,
    }));
    await fakeApi({ executions: { decide } }).call('POST', `/executions/${ID}/steps/steps%2F0/decision`, {
      approved: true,
      comment: 'ok',
      form: { a: 1 },
    });
    expect(decide).toHaveBeenCalledWith(ID, 'steps/0', {
      approved: true,
      comment: 'ok',
      form: { a: 1 },
      by: 'developer',
      byId: 'local:developer',
    });
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
  const events = vi.fn<ExecutionGateway['events']>(async () =>
    (async function* () {
      yield { id: '0.1', type: 'step.started' as const, at: 0, step: 'a', kind: 'wait' as const };
      yield { id: '0.2', type: 'execution.completed' as const, at: 1_000, output: null };
    })(),
  );

  test('each event has id, name and data, and goes on after Last-Event-ID', async () => {
    const { call } = fakeApi({ executions: { events } });
    const answer = await call('GET', `/executions/${ID}/events`, undefined, { 'last-event-id': '0.0' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.text).toContain(
      `event: step.started\ndata: {"execution_id":"${ID}","time":"1970-01-01T00:00:00.000Z","type":"step.started","step":"a","kind":"wait"}\nid: 0.1\n\n`,
    );
    expect(events).toHaveBeenCalledWith(expect.objectContaining({ executionId: ID, after: '0.0' }));
  });
  test('204 tells a reader that has everything not to come back', async () => {
    events.mockResolvedValueOnce(null);
    expect(
      (
        await fakeApi({ executions: { events } }).call('GET', `/executions/${ID}/events`, undefined, {
          'last-event-id': '0.2',
        })
      ).status,
    ).toBe(204);
  });
});
