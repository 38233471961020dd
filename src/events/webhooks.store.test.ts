import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type StoreApi, storeApi } from '../api/testdata/store-api.ts';
import type { ExecutionView } from '../executions/view.ts';
import { Problem } from '../problems/problem.ts';
import { createEventLog } from './create-event-log.ts';
import { createWebhooks } from './create-webhooks.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createRejectionBook, type RejectionBook } from './rejection-book.ts';
import { fakeDelivery, triggered } from './testdata/fake-delivery.ts';

const FLOWS = [
  triggered('orders', '{ webhook: orders, verify: hmac, secret: ORDERS }'),
  triggered('orders-staging', '{ webhook: orders, verify: hmac, secret: ORDERS_STAGING }', { environment: 'staging' }),
  triggered('open', '{ webhook: open, verify: none }'),
  triggered('reads', '{ webhook: reads, method: GET, verify: none }'),
  triggered('looks', '{ webhook: looks, method: GET }'),
  triggered('own', 'webhook.received'),
  triggered('unsigned', '{ webhook: unsigned }'),
  triggered('bare', '{ webhook: bare, verify: github }'),
  triggered('lost', '{ webhook: lost, secret: LOST }'),
  triggered('asks', '{ webhook: asks, verify: none, respond: result }'),
  triggered('payments', '{ webhook: payments, verify: none, input: { amount: $trigger.data.amount } }'),
];
const SECRETS: Readonly<Record<string, string>> = { ORDERS: 'old,new', ORDERS_STAGING: 'staging' };

let api: StoreApi;
let dispatcher: Dispatcher;
let rejections: RejectionBook;
let delivery: ReturnType<typeof fakeDelivery>;
let authenticated: boolean;
const whenEnded = vi.fn<(organisation: string, id: string, ms: number) => Promise<ExecutionView | null>>();

beforeEach(async () => {
  delivery = fakeDelivery(FLOWS);
  authenticated = true;
  let make: ReturnType<typeof createWebhooks> | undefined;
  let log: ReturnType<typeof createEventLog> | undefined;
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control(context, database) {
      if (make === undefined || log === undefined) {
        dispatcher = createDispatcher({ database, deliver: delivery.deliver });
        rejections = createRejectionBook({ database });
        log = createEventLog({ database, dispatcher, waitMs: 300 });
        make = createWebhooks({
          log,
          triggered: async (organisation) => (organisation === 'default' ? delivery.state.flows : []),
          secret: async (_, name) => SECRETS[name] ?? null,
          whenEnded,
          rejections,
        });
      }
      return { webhooks: make(context), events: log(context) };
    },
    authenticate: () => async () => {
      if (!authenticated) throw new Problem('unauthenticated', 'no');
      return api.principal;
    },
  });
  await api.call('GET', '/events'); // makes the parts
});
afterEach(async () => {
  await rejections.close();
  await dispatcher.close();
  await api.close();
});

const JSON_TYPE = { 'content-type': 'application/json' };
function signed(secret: string, body: string): Record<string, string> {
  return { ...JSON_TYPE, 'x-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}
const call = (path: string, body: string | undefined, headers: Record<string, string> = {}, method = 'POST') =>
  api.call(method, path, body, headers);
const audit = () =>
  api.database.sql`select action, outcome, subject, body::json->'details' as details from audit_records`;

describe('a signed call', () => {
  test('starts the flow whose secret it was signed with, and no other of that name', async () => {
    const body = '{"order":7}';
    const answer = await call('/webhooks/orders?by=shop', body, {
      ...signed('new', body),
      'x-kind': 'k',
      cookie: 'c=1',
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      delivery: expect.stringMatching(/^[0-9a-f]{64}$/),
      executions: [expect.any(String)],
    });
    expect(delivery.starts).toMatchObject([
      {
        flow: 'orders',
        environment: 'prod',
        input: { order: 7 },
        trigger: {
          type: 'webhook.received',
          source: '/webhooks/orders',
          id: answer.body.delivery,
          data: { order: 7 },
          headers: { 'content-type': 'application/json', 'x-kind': 'k', query: { by: 'shop' } },
        },
      },
    ]);
    expect(Object.keys(delivery.starts[0]?.trigger?.headers ?? {}).toSorted()).toEqual([
      'content-type',
      'query',
      'x-kind',
    ]);
    await call('/webhooks/default/orders', '{}', signed('staging', '{}'));
    expect(delivery.starts.map(({ flow }) => flow)).toEqual(['orders', 'orders-staging']);
  });

  test('sent again answers with the first outcome and starts nothing, also twenty times at once', async () => {
    const [body, headers] = ['{"n":1}', signed('old', '{"n":1}')];
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('/webhooks/orders', body, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(delivery.starts).toHaveLength(1);
    const later = await call('/webhooks/orders', body, headers);
    expect(later.body.executions).toHaveLength(1);
    expect(delivery.starts).toHaveLength(1);
  });

  test('that does not fit is 401 whatever is wrong with it, is not stored, and is counted in the audit', async () => {
    const answers = [
      await call('/webhooks/orders', '{}', JSON_TYPE),
      await call('/webhooks/orders', '{}', signed('wrong', '{}')),
      await call('/webhooks/orders', '{ }', signed('new', '{}')),
      await call('/webhooks/orders', '{ bad', signed('wrong', '{}')),
    ];
    for (const { status, body } of answers) {
      const { request_id: _, ...told } = body;
      const { request_id: __, ...first } = answers[0]?.body ?? {};
      expect([status, told]).toEqual([401, first]);
      expect(told.code).toBe('webhook_signature');
    }
    expect(delivery.starts).toEqual([]);
    expect((await api.call('GET', '/events')).body.items).toEqual([]);
    await rejections.close();
    const record = { action: 'webhook.rejected', outcome: 'denied', subject: 'orders' };
    expect(await audit()).toEqual([
      { ...record, details: { reason: 'signature', count: 1 } },
      { ...record, details: { reason: 'signature', count: 3 } },
    ]);
  });

  test('is taken while Temporal is away, and delivered later', async () => {
    delivery.state.fail = new Problem('temporal_unavailable', 'away');
    const answer = await call('/webhooks/orders', '{}', signed('new', '{}'));
    expect([answer.status, answer.body.pending, answer.body.executions]).toEqual([202, true, []]);
    delivery.state.fail = null;
    await vi.waitFor(() => expect(delivery.starts).toHaveLength(1), { timeout: 5_000 });
  });
});

describe('a call', () => {
  test('of an unknown webhook or organisation is 404, of another method 405', async () => {
    expect((await call('/webhooks/nothing', '{}')).status).toBe(404);
    expect((await call('/webhooks/nobody/orders', '{}', signed('new', '{}'))).status).toBe(404);
    expect((await call('/webhooks/or%2fders', '{}')).status).toBe(404);
    const wrong = await call('/webhooks/orders', undefined, {}, 'GET');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const read = await call('/webhooks/reads?a=1&b=2', undefined, {}, 'GET');
    expect(read.status).toBe(202);
    expect(delivery.starts).toMatchObject([{ input: { a: '1', b: '2' } }]);
  });

  test('where there is nothing to check it with is 503, never 2xx; the name of the secret stays inside', async () => {
    for (const name of ['bare', 'lost']) {
      const answer = await call(`/webhooks/${name}`, '{}', signed('x', '{}'));
      expect([answer.status, answer.body.code]).toEqual([503, 'webhook_unavailable']);
      expect(answer.text).not.toContain('LOST');
    }
    expect(delivery.starts).toEqual([]);
  });

  test('by GET takes no session, which a link elsewhere would use', async () => {
    expect(await call('/webhooks/looks', undefined, { cookie: 'weir_session=x' }, 'GET')).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    expect(delivery.starts).toEqual([]);
    expect((await call('/webhooks/looks', undefined, { authorization: 'Bearer x' }, 'GET')).status).toBe(202);
  });

  test("of a flow's own webhook, or one that says nothing of signatures, takes a credential that may execute the flow", async () => {
    for (const name of ['own', 'unsigned']) {
      authenticated = false;
      expect((await call(`/webhooks/${name}`, '{}', JSON_TYPE)).status).toBe(401);
      authenticated = true;
      expect((await call(`/webhooks/${name}`, '{}', JSON_TYPE)).status).toBe(202);
      const { principal } = api;
      api.principal = { ...principal, grants: [{ role: 'viewer', on: { kind: 'all' } }] };
      expect((await call(`/webhooks/${name}`, '{}', JSON_TYPE)).status).toBe(403);
      api.principal = { ...principal, organisation: 'other' };
      expect((await call(`/webhooks/${name}`, '{}', JSON_TYPE)).status).toBe(404);
      api.principal = principal;
    }
    expect(delivery.starts.map(({ flow }) => flow)).toEqual(['own', 'unsigned']);
  });

  test('that nothing signs counts every time, unless the sender names the delivery', async () => {
    for (let i = 0; i < 2; i++) await call('/webhooks/open', '{}', JSON_TYPE);
    for (let i = 0; i < 2; i++) await call('/webhooks/open', '{}', { ...JSON_TYPE, 'x-delivery-id': 'd-1' });
    expect(delivery.starts).toHaveLength(3);
  });

  test('with a body that is not what its type says is 400, one that is too large 413', async () => {
    expect((await call('/webhooks/open', '{', JSON_TYPE)).body.code).toBe('invalid_json');
    expect((await call('/webhooks/open', '['.repeat(300), JSON_TYPE)).body.code).toBe('invalid_json');
    expect(
      (await call('/webhooks/open', 'x'.repeat(4 * 1024 * 1024 + 1), { 'content-type': 'text/plain' })).status,
    ).toBe(413);
  });

  test.each([
    ['application/x-www-form-urlencoded', 'a=1&b=2&b=3&__proto__=x', { a: '1', b: ['2', '3'], ['__proto__']: 'x' }],
    ['text/plain; charset=utf-8', 'hellö', 'hellö'],
    ['application/octet-stream', 'abc', 'YWJj'],
    ['application/vnd.x+json', '[1]', [1]],
  ])('with %s becomes data', async (type, body, data) => {
    expect((await call('/webhooks/open', body, { 'content-type': type })).status).toBe(202);
    expect(JSON.stringify(delivery.starts[0]?.input)).toBe(JSON.stringify(data));
  });

  test('whose input the flow refuses makes no execution and is listed', async () => {
    expect((await call('/webhooks/payments', '{}', JSON_TYPE)).body.executions).toEqual([]);
    expect((await api.call('GET', '/events?rejected=true')).body.items).toMatchObject([
      { kind: 'webhook', rejected: [{ flow: 'payments', code: 'expression_failed' }] },
    ]);
  });
});

test('`respond: result` answers with the output when it comes in time', async () => {
  const view = { status: 'completed', output: { answer: 42 } } as unknown as ExecutionView; // what the webhook looks at
  whenEnded.mockResolvedValueOnce(view);
  const answer = await call('/webhooks/asks', '{}', JSON_TYPE);
  expect([answer.status, answer.body]).toEqual([200, { answer: 42 }]);
  expect(whenEnded).toHaveBeenLastCalledWith('default', expect.any(String), 30_000);
  for (const late of [null, { ...view, status: 'failed' as const, output: null }]) {
    whenEnded.mockResolvedValueOnce(late);
    expect((await call('/webhooks/asks', '{}', JSON_TYPE)).status).toBe(202);
  }
  whenEnded.mockRejectedValueOnce(new Problem('temporal_unavailable', 'away'));
  expect((await call('/webhooks/asks', '{}', JSON_TYPE)).status).toBe(202);
});

test('an event that says it is a webhook, or the end of a flow, is none', async () => {
  delivery.state.flows = [...FLOWS, triggered('after', '{ flow: orders, on: completed }')];
  for (const more of [
    { type: 'webhook.received', source: '/webhooks/orders', data: {} },
    {
      type: 'flow.completed',
      source: '/flows/orders',
      data: { flow: 'orders', environment: 'prod', status: 'completed' },
    },
  ]) {
    const event = { specversion: '1.0', id: 'forged', ...more };
    await api.call('POST', '/events', event, { 'content-type': 'application/cloudevents+json' });
  }
  // `trigger: webhook.received` is a plain event type too, for who may write events.
  expect(delivery.starts.map(({ flow }) => flow)).toEqual(['own']);
});
