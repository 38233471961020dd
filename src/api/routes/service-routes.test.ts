import { describe, expect, test, vi } from 'vitest';
import { Problem } from '../../problems/problem.ts';
import { fakeApi, fakeStore } from '../testdata/fake-api.ts';

describe('service', () => {
  test('readiness says what is missing', async () => {
    const ping = async () => undefined;
    expect(await fakeApi({ executions: { ping } }).call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
    expect(
      await fakeApi({ executions: { ping }, deps: { missing: async () => ['no worker runs'] } }).call('GET', '/readyz'),
    ).toMatchObject({ status: 503, body: { status: 'not_ready', missing: ['no worker runs'] } });
  });
  test('what hangs makes it not ready in time, and probes of one second share an answer', async () => {
    vi.useFakeTimers();
    const missing = vi.fn(async () => []);
    const { call } = fakeApi({ executions: { ping: () => new Promise(() => undefined) }, deps: { missing } });
    const answers = Promise.all([call('GET', '/readyz'), call('GET', '/readyz')]);
    await vi.advanceTimersByTimeAsync(3_001);
    for (const { status, body } of await answers) {
      expect(status).toBe(503);
      expect(body.missing).toEqual(['Temporal does not answer in time']);
    }
    expect(missing).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });
  test('without the database it is not ready, and the process still lives', async () => {
    const away = async () => Promise.reject(new Problem('store_unavailable', 'away'));
    const flows = { ...fakeStore([]), problems: away };
    const { call } = fakeApi({
      deps: {
        servicesFor: () => ({ flows, executions: { ping: async () => undefined } as never, events: {} as never }),
        missing: async () => ['PostgreSQL does not answer'],
      },
    });
    expect(await call('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { missing: ['PostgreSQL does not answer'] },
    });
    expect((await call('GET', '/healthz')).status).toBe(200);
  });
  test('adapters and actions are listed', async () => {
    const { call } = fakeApi();
    expect((await call('GET', '/adapters')).body.items).toMatchObject([{ name: 'crm', actions: ['find', 'order'] }]);
    expect((await call('GET', '/adapters/crm')).body.actions.find.title).toBe('Find');
    expect(await call('GET', '/adapters/none')).toMatchObject({ status: 404, body: { code: 'adapter_not_found' } });
    expect((await call('GET', '/actions')).body.items.map((one: { name: string }) => one.name)).toEqual([
      'look_up',
      'crm.find',
      'crm.order',
    ]);
  });
  test('the OpenAPI document has every route once, with unique operations and only schemas that resolve', async () => {
    const { body } = await fakeApi().call('GET', '/openapi.json');
    expect(body.openapi).toMatch(/^3\.1/);
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) =>
      Object.values(path).map((one) => one.operationId),
    );
    expect(new Set(operations).size).toBe(operations.length);
    expect(operations).toEqual(
      expect.arrayContaining(['executeFlow', 'getExecution', 'completeCallback', 'sendEvents', 'rollBackExecution']),
    );
    const refs = new Set([...JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? ''));
    expect(refs).toContain('components/schemas/Problem');
    for (const ref of refs)
      expect(
        ref.split('/').reduce((at, key) => at?.[key], body),
        ref,
      ).toMatchObject(expect.any(Object));
    const execute = body.paths['/flows/{id}/execute'].post;
    expect(execute.parameters.map((one: { in: string; name: string }) => `${one.in} ${one.name}`)).toEqual([
      'path id',
      'query wait',
      'header Idempotency-Key',
    ]);
    expect(Object.keys(execute.responses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '404', '408', '409', '413', '415', '429', '503']),
    );
  });
});

describe('POST /events', () => {
  const event = { specversion: '1.0', id: 'e', source: '/s', type: 't', data: { a: 1 }, subject: 'sub' };
  const deliver = vi.fn(async ({ id }: { id: string }) => ({ id, delivered: [], started: [], rejected: [] }));
  const { call } = fakeApi({ events: { deliver } });
  const seen = { id: 'e', source: '/s', type: 't', time: '2026-01-02T00:00:00.000Z', data: { a: 1 } };

  test('takes structured, batch and binary events', async () => {
    expect(
      (await call('POST', '/events', event, { 'content-type': 'application/cloudevents+json; charset=utf-8' })).status,
    ).toBe(202);
    expect(deliver).toHaveBeenLastCalledWith({ ...seen, headers: { subject: 'sub' } });
    const batch = await call('POST', '/events', [event, { ...event, id: 'f' }], {
      'content-type': 'application/cloudevents-batch+json',
    });
    expect(batch.body.items.map((one: { id: string }) => one.id)).toEqual(['e', 'f']);
    await call(
      'POST',
      '/events',
      { a: 1 },
      { 'ce-specversion': '1.0', 'ce-id': 'e', 'ce-source': '/s', 'ce-type': 't', 'ce-subject': 's%20b' },
    );
    expect(deliver).toHaveBeenLastCalledWith({ ...seen, headers: { subject: 's b' } });
  });
  test.each([{ ...event, specversion: '0.3' }, { ...event, id: '' }, { data: 1 }, 'x'])(
    '%j is no event',
    async (body) => {
      expect(
        await call('POST', '/events', JSON.stringify(body), { 'content-type': 'application/cloudevents+json' }),
      ).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    },
  );
});
