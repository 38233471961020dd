import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Grant, Principal } from '../../auth/principal.ts';
import type { ExecutionGateway } from '../../executions/gateway.ts';
import type { TracedEvent } from '../../executions/history.ts';
import type { ExecutionView } from '../../executions/view.ts';
import { unauthenticated } from '../access.ts';
import { fakeApi, ID, storedFlow } from '../testdata/fake-api.ts';

const principal = (...grants: Grant[]): Principal => ({
  kind: 'user',
  id: 'user:ada',
  name: 'Ada',
  organisation: 'default',
  grants,
  aliases: ['ada@example.com'],
});
const OPERATOR = principal({ role: 'operator', on: { kind: 'all' } });
const FLOWS = [
  storedFlow('flow: refund\ncategory: money\nsteps:\n  - ok: { approve: { title: Pay? } }\n'),
  storedFlow('flow: greet\ncategory: talk\nsteps:\n  - wait: 1s\n'),
  storedFlow('flow: pay\ncategory: money\nsteps:\n  - wait: 1s\n'),
];
const as = (who: Principal, executions: Partial<ExecutionGateway>) =>
  fakeApi({ flows: FLOWS, executions, deps: { authenticate: async () => who } });
const EMPTY = { items: [], next: null };

describe('the list', () => {
  test('is within what the caller may read: flows by name, categories by their flows', async () => {
    const list = vi.fn<ExecutionGateway['list']>(async () => EMPTY);
    const money = principal(
      { role: 'viewer', on: { kind: 'category', category: 'money' } },
      { role: 'viewer', on: { kind: 'flow', flow: 'greet' } },
    );
    await as(money, { list }).call('GET', '/executions?flow=x_y');
    expect(list.mock.lastCall?.[0]).toEqual({ flow: 'x-y', flows: ['greet', 'pay', 'refund'] });
    await as(principal({ role: 'viewer', on: { kind: 'category', category: 'none' } }), { list }).call(
      'GET',
      '/executions',
    );
    expect(list.mock.lastCall?.[0]).toEqual({ flows: [] });
    await as(OPERATOR, { list }).call('GET', '/executions?until=1h&environment=prod&version=1.0.0&q=0189&state=open');
    expect(list.mock.lastCall?.[0]).toEqual({
      until: new Date(Date.UTC(2026, 0, 1, 23)),
      environment: 'prod',
      version: '1.0.0',
      q: '0189',
      state: 'open',
    });
  });
  test.each(['since=never', 'until=+290000-01-01T00:00:00Z', "q='x", "version=1'", 'state=half'])(
    '%s is 400',
    async (query) => {
      const { status } = await as(OPERATOR, {}).call('GET', `/executions?${query}`);
      expect(status).toBe(400);
    },
  );
});

describe('bulk', () => {
  const items = [{ execution_id: 'e-1' }, { execution_id: 'e-2' }] as never; // the ids count
  const list = vi.fn<ExecutionGateway['list']>(async () => ({ items, next: null }));
  const steer = vi.fn<ExecutionGateway['steer']>(async (id) => ({ execution_id: id, status: 'running' }));
  beforeEach(() => void steer.mockClear());

  test('counts first, does it only to that many', async () => {
    const { call } = as(principal({ role: 'operator', on: { kind: 'flow', flow: 'greet' } }), { list, steer });
    const body = { filter: { tag: 't' }, operation: 'cancel' };
    const dry = await call('POST', '/executions/bulk', { ...body, dry_run: true });
    expect(dry.body).toEqual({ operation: 'cancel', dry_run: true, count: 2, sample: ['e-1', 'e-2'] });
    expect(list.mock.lastCall?.[0]).toEqual({ tag: 't', state: 'open', flows: ['greet'] });
    expect((await call('POST', '/executions/bulk', body)).status).toBe(400);
    const changed = await call('POST', '/executions/bulk', { ...body, expected: 3 });
    expect(changed).toMatchObject({ status: 409, body: { code: 'count_changed', count: 2 } });
    expect(steer).not.toHaveBeenCalled();
    const done = await call('POST', '/executions/bulk', { ...body, expected: 2 });
    expect(done.body).toMatchObject({ count: 2, done: 2, failed: 0, results: [{ execution_id: 'e-1' }, {}] });
    expect(steer.mock.calls).toEqual([
      ['e-1', 'cancel'],
      ['e-2', 'cancel'],
    ]);
  });
  test.each([
    { operation: 'cancel' },
    { filter: {}, operation: 'erase', expected: 1 },
    { filter: { flw: 'a' }, operation: 'cancel', expected: 1 },
    { filter: {}, operation: 'cancel', expected: -1 },
  ])('%j is 400', async (body) => {
    expect((await as(OPERATOR, { list, steer }).call('POST', '/executions/bulk', body)).status).toBe(400);
  });
  test('needs the permission to execute', async () => {
    const viewer = principal({ role: 'viewer', on: { kind: 'all' } });
    const answer = await as(viewer, {}).call('POST', '/executions/bulk', {
      filter: {},
      operation: 'cancel',
      dry_run: true,
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('approvals', () => {
  const open = (step: string, to: string[], since: string) => ({
    step,
    on: 'approval',
    reason: '',
    until: null,
    since,
    approval: { title: step, to, form: null },
  });
  const view = {
    execution_id: ID,
    flow: 'refund',
    started_at: '',
    waiting: [
      open('late', ['ada@example.com'], '2026-01-02T00:00:00Z'),
      open('ok', [], '2026-01-01T00:00:00Z'),
      open('other', ['bob@example.com'], '2026-01-01T00:00:00Z'),
      { step: 'nap', on: 'timer', reason: '', until: null },
    ],
  } as unknown as ExecutionView; // what approvals look at
  const decide = vi.fn<ExecutionGateway['decide']>(async (id, step, { approved }) => ({
    execution_id: id,
    step,
    approved,
  }));
  const get = vi.fn<ExecutionGateway['get']>(async () => view);
  beforeEach(() => void decide.mockClear());

  test('are those that I may decide, oldest first; flows without an approval are not looked into', async () => {
    const list = vi.fn<ExecutionGateway['list']>(async ({ status }) =>
      status === 'waiting'
        ? {
            items: [
              { execution_id: ID, flow: 'refund', version: '1.0.0' },
              { execution_id: 'x', flow: 'greet', version: '1.0.0' },
            ] as never, // what approvals look at
            next: null,
          }
        : EMPTY,
    );
    const { body } = await as(OPERATOR, { list, get }).call('GET', '/approvals');
    expect(body.items.map((one: { step: string }) => one.step)).toEqual(['ok', 'late']);
    expect(body.items[1]).toEqual({
      execution_id: ID,
      flow: 'refund',
      step: 'late',
      title: 'late',
      to: ['ada@example.com'],
      form: null,
      since: '2026-01-02T00:00:00Z',
      until: null,
    });
    expect(get.mock.calls).toEqual([[ID]]);
  });
  test('are decided by whom they name; who decided is told', async () => {
    const { call } = as(OPERATOR, { get, decide });
    const path = (step: string) => `/executions/${ID}/steps/${step}/decision`;
    expect((await call('POST', path('late'), { approved: true })).status).toBe(200);
    expect(decide.mock.lastCall?.[2]).toMatchObject({ by: 'Ada', byId: 'user:ada' });
    expect(await call('POST', path('other'), { approved: true })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: expect.stringContaining('bob@example.com') },
    });
    expect(decide).toHaveBeenCalledTimes(1);
  });
  test('that open only after it was looked who may decide them are not decided', async () => {
    const closed = { ...view, version: '1.0.0', status: 'running', waiting: [] } as ExecutionView;
    const { call } = as(OPERATOR, { get: async () => closed, decide });
    const decided = (step: string) => call('POST', `/executions/${ID}/steps/${step}/decision`, { approved: true });
    expect(await decided('ok')).toMatchObject({ status: 409, body: { code: 'approval_not_open' } });
    expect(decide).not.toHaveBeenCalled();
  });
  test('are decided by the path that was looked at', async () => {
    const one = { ...view, waiting: [open('each[0].go', ['user:ada'], '')] } as ExecutionView;
    await as(OPERATOR, { get: async () => one, decide }).call('POST', `/executions/${ID}/steps/go/decision`, {
      approved: true,
    });
    expect(decide.mock.lastCall?.[1]).toBe('each[0].go');
  });
  test('an id that means several is for those whom each of them names', async () => {
    const several = {
      ...view,
      waiting: [open('each[0].go', ['user:ada'], ''), open('each[1].go', ['bob'], '')],
    } as ExecutionView;
    const { call } = as(OPERATOR, { get: async () => several, decide });
    expect((await call('POST', `/executions/${ID}/steps/go/decision`, { approved: true })).status).toBe(403);
    expect((await call('POST', `/executions/${ID}/steps/each%5B0%5D.go/decision`, { approved: true })).status).toBe(
      200,
    );
  });
});

describe('a stream of events', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test('ends when its reader may read no longer', async () => {
    let revoked = false;
    const events: ExecutionGateway['events'] = async ({ signal }) =>
      (async function* (): AsyncGenerator<TracedEvent> {
        yield { id: '0.1', type: 'execution.started', at: 0 };
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      })();
    const authenticate = vi.fn(async () => {
      if (revoked) throw unauthenticated();
      return OPERATOR;
    });
    const { app } = fakeApi({ flows: FLOWS, executions: { events }, deps: { authenticate } });
    const response = await app.request(`http://127.0.0.1/executions/${ID}/events`);
    const text = response.text();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(authenticate).toHaveBeenCalledTimes(2);
    revoked = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await text).toContain('execution.started');
    expect(authenticate).toHaveBeenCalledTimes(3);
  });
});
