import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../dsl/ir/json.ts';
import type { ActionContext } from '../adapter.ts';
import { createHttpClient } from '../http/client.ts';
import { failureOf, testContext } from '../testdata/context.ts';
import { json, type Seen, type StubServer, startStub } from '../testdata/stub-server.ts';
import { adapterFromManifest, manifestOf } from './index.ts';
import type { ActionSpec, AdapterSpec } from './spec.ts';

const client = createHttpClient({ egress: { allow: ['127.0.0.0/8'] } });
let server: StubServer;
let answer: (request: Seen) => { status?: number; body: unknown; headers?: Record<string, string> };
beforeAll(async () => {
  server = await startStub((request, response) => {
    const { status, body, headers } = answer(request);
    json(response, body, status ?? 200, headers);
  });
});
afterEach(() => {
  answer = (request) => ({
    body: { url: request.url, body: request.body === '' ? null : (JSON.parse(request.body) as Json) },
  });
});
answer = (request) => ({
  body: { url: request.url, body: request.body === '' ? null : (JSON.parse(request.body) as Json) },
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const settings = (name: string): string | undefined => ({ BASE: server.url, TENANT: 'acme' })[name];
function specOf(action: ActionSpec, over: Partial<AdapterSpec> = {}): AdapterSpec {
  return { name: 'demo', version: '1.0.0', base_url: '${env:BASE}/api/', actions: { act: action }, ...over };
}
function call(
  action: ActionSpec,
  params: Json,
  { adapter = {}, context = {} }: { adapter?: Partial<AdapterSpec>; context?: Partial<ActionContext> } = {},
): Promise<Json> {
  const act = adapterFromManifest(specOf(action, adapter), { client, settings }).actions['act'];
  if (act === undefined) throw new Error('no action');
  return act(params, testContext(context));
}
const last = (): Seen => {
  const seen = server.seen.at(-1);
  if (seen === undefined) throw new Error('nothing was sent');
  return seen;
};

describe('requests', () => {
  test('params go into the path, encoded, and the rest into the JSON body of a POST', async () => {
    expect(await call({ path: '/orders/{id}/lines' }, { id: 'a/b ?#', sku: 'x', n: 2 })).toEqual({
      url: '/api/orders/a%2Fb%20%3F%23/lines',
      body: { sku: 'x', n: 2 },
    });
    expect(last()).toMatchObject({ method: 'POST' });
  });

  test.each(['..', '.', '', null])('the path can not be left by a param that is %j', async (id) => {
    const before = server.seen.length;
    expect(await failureOf(call({ path: '/orders/{id}' }, { id }))).toMatchObject({
      code: 'validation_failed',
      outcome: 'not_sent',
    });
    expect(server.seen).toHaveLength(before);
  });

  test('params of a GET go into the query, what is null is left out', async () => {
    expect(await call({ method: 'GET', path: '/orders' }, { q: 'a b', tags: ['x', 'y'], none: null })).toMatchObject({
      url: '/api/orders?q=a+b&tags=x&tags=y',
    });
  });

  test('mappings keep types, and leave out what is not given', async () => {
    const action: ActionSpec = {
      path: '/x',
      query: { v: 2, who: '{user}' },
      body: {
        amount: '{amount}',
        note: 'for {user}',
        gone: '{nothing}',
        list: ['{amount}', '{nothing}'],
        literal: '{{amount}}',
      },
    };
    expect(await call(action, { amount: 5, user: 'ada' })).toEqual({
      url: '/api/x?v=2&who=ada',
      body: { amount: 5, note: 'for ada', list: [5], literal: '{amount}' },
    });
    expect(await call({ path: '/x', body: '{fields}' }, { fields: { a: [1] } })).toMatchObject({ body: { a: [1] } });
    expect(await call({ path: '/x', body: null }, { a: 1 })).toMatchObject({ body: null });
  });

  test('headers take params, settings and secrets; what a param brings is never looked up', async () => {
    await call(
      { path: '/x', headers: { 'X-User': '{user}' } },
      { user: '$secrets.KEY ${env:TENANT}' },
      { adapter: { headers: { 'X-Tenant': '${env:TENANT}', 'X-Key': '$secrets.KEY' } } },
    );
    expect(last().headers).toMatchObject({
      'x-user': '$secrets.KEY ${env:TENANT}',
      'x-tenant': 'acme',
      'x-key': 'secret-of-KEY',
    });
  });

  test.each([
    ['bearer', { type: 'bearer', token: '$secrets.T' }, 'authorization', 'Bearer secret-of-T'],
    [
      'basic',
      { type: 'basic', username: 'ada', password: '$secrets.P' },
      'authorization',
      `Basic ${Buffer.from('ada:secret-of-P').toString('base64')}`,
    ],
    ['api key', { type: 'api_key', header: 'X-Api-Key', value: '$secrets.K' }, 'x-api-key', 'secret-of-K'],
  ] as const)('auth: %s', async (_name, auth, header, value) => {
    await call({ path: '/x' }, {}, { adapter: { auth } });
    expect(last().headers[header]).toBe(value);
  });

  test('auth: api key in the query', async () => {
    expect(
      await call(
        { method: 'GET', path: '/x' },
        {},
        { adapter: { auth: { type: 'api_key', query: 'key', value: '$secrets.K' } } },
      ),
    ).toMatchObject({ url: '/api/x?key=secret-of-K' });
  });

  test("the provider's idempotency key is sent under its name", async () => {
    await call({ path: '/x', idempotency: { key: 'X-Request-Id' } }, {}, { context: { idempotencyKey: 'k-1' } });
    expect(last().headers['x-request-id']).toBe('k-1');
    await call({ path: '/x' }, {}, { context: { ownKey: true, idempotencyKey: 'mine' } });
    expect(last().headers['idempotency-key']).toBe('mine');
  });

  test('a setting that is missing is named', async () => {
    const failure = await failureOf(call({ path: '/x' }, {}, { adapter: { base_url: '${env:NOT_SET}' } }));
    expect(failure).toMatchObject({ code: 'connection_not_configured', outcome: 'not_sent' });
    expect(failure.message).toContain('NOT_SET');
  });

  test('no redirect is followed', async () => {
    answer = () => ({ status: 302, body: {}, headers: { location: '/elsewhere' } });
    expect(await failureOf(call({ method: 'GET', path: '/x' }, {}))).toMatchObject({ code: 'http_302' });
  });
});

describe('answers', () => {
  test('the result is what the pointer says', async () => {
    answer = () => ({ body: { data: { 'a/b': [{ id: 7 }] } } });
    expect(await call({ path: '/x', result: '/data/a~1b/0/id' }, {})).toBe(7);
    expect(await failureOf(call({ path: '/x', result: '/data/none' }, {}))).toMatchObject({
      code: 'invalid_response',
      retryable: false,
    });
    expect(await failureOf(call({ path: '/x', result: '/data/constructor' }, {}))).toMatchObject({
      code: 'invalid_response',
    });
  });

  test('the result must satisfy the output schema', async () => {
    answer = () => ({ body: { id: 'seven' } });
    const failure = await failureOf(
      call({ path: '/x', output: { type: 'object', properties: { id: { type: 'integer' } } } }, {}),
    );
    expect(failure).toMatchObject({ code: 'invalid_response', retryable: false, outcome: 'failed' });
    expect(failure.message).toContain('/id must be integer');
  });

  test('without rules a status is an http error', async () => {
    answer = () => ({ status: 503, body: {}, headers: { 'retry-after': '3' } });
    expect(await failureOf(call({ path: '/x' }, {}))).toMatchObject({
      code: 'http_503',
      retryable: true,
      retryAfterMs: 3000,
    });
  });

  test('rules name errors by status and body; the first that fits', async () => {
    const errors: ActionSpec['errors'] = [
      { status: 402, when: { pointer: '/error/code', equals: 'expired' }, code: 'card_expired' },
      { status: '4xx', code: { pointer: '/error/code' }, message: { pointer: '/error/message' }, retryable: true },
      { when: { pointer: '/ok', equals: false }, code: 'not_ok' },
    ];
    answer = () => ({ status: 402, body: { error: { code: 'expired' } } });
    expect(await failureOf(call({ path: '/x', errors }, {}))).toMatchObject({
      code: 'card_expired',
      status: 402,
      retryable: false,
      outcome: 'failed',
    });
    answer = () => ({ status: 409, body: { error: { code: 'busy', message: 'come back' } } });
    expect(await failureOf(call({ path: '/x', errors }, {}))).toMatchObject({
      code: 'busy',
      message: 'come back',
      retryable: true,
    });
    answer = () => ({ status: 418, body: {} });
    expect(await failureOf(call({ path: '/x', errors }, {}))).toMatchObject({ code: 'http_418' });
    answer = () => ({ status: 200, body: { ok: false } });
    expect(await failureOf(call({ path: '/x', errors }, {}))).toMatchObject({
      code: 'not_ok',
      status: 200,
      retryable: false,
    });
    answer = () => ({ status: 200, body: { ok: true } });
    expect(await call({ path: '/x', errors }, {})).toEqual({ ok: true });
  });

  test('a rule for a gateway error does not make its outcome known', async () => {
    answer = () => ({ status: 502, body: {} });
    expect(await failureOf(call({ path: '/x', errors: [{ status: 502, code: 'gateway' }] }, {}))).toMatchObject({
      code: 'gateway',
      outcome: 'unknown',
    });
  });
});

describe('the manifest', () => {
  test('says what the compiler needs', () => {
    const manifest = manifestOf(specOf({ method: 'GET', path: '/x', defaults: { a: '$input.a' } }));
    expect(manifest.actions['act']).toEqual({ idempotency: 'safe', completion: 'sync', defaults: { a: '$input.a' } });
    expect(
      manifestOf(specOf({ path: '/x', idempotency: { key: 'K' }, completion: 'callback' })).actions['act'],
    ).toEqual({ idempotency: 'key', completion: 'callback' });
    expect(manifestOf(specOf({ path: '/x' })).actions['act']?.idempotency).toBe('none');
  });

  test('any change of the file changes the hash, the order of keys does not', () => {
    const hash = manifestOf(specOf({ method: 'GET', path: '/x' })).hash;
    expect(manifestOf(specOf({ path: '/x', method: 'GET' })).hash).toBe(hash);
    expect(manifestOf(specOf({ method: 'GET', path: '/y' })).hash).not.toBe(hash);
  });
});
