import { describe, expect, test } from 'vitest';
import { fakeApi, ID } from './testdata/fake-api.ts';

const ping = async () => undefined;

describe('HEAD and OPTIONS', () => {
  test('HEAD is GET without its body; a stream does not go on for it', async () => {
    let ended = false;
    const events = async ({ signal }: { signal?: AbortSignal | undefined }) =>
      (async function* () {
        try {
          yield { id: '1', type: 'x', at: 0 } as never; // whatever it is, nobody reads it
          while (signal?.aborted === false) await new Promise((resolve) => setTimeout(resolve, 5));
        } finally {
          ended = true;
        }
      })();
    const { app } = fakeApi({ executions: { ping, events } });
    const ready = await app.request('http://127.0.0.1/readyz', { method: 'HEAD' });
    expect([ready.status, await ready.text(), ready.headers.get('content-type')]).toEqual([
      200,
      '',
      'application/json',
    ]);
    const stream = await app.request(`http://127.0.0.1/executions/${ID}/events`, { method: 'HEAD' });
    expect([stream.status, await stream.text()]).toEqual([200, '']);
    await expect.poll(() => ended).toBe(true);
  });

  test('OPTIONS names the methods and lets no other origin in', async () => {
    const { call } = fakeApi();
    const { status, headers } = await call('OPTIONS', `/executions/${ID}`, undefined, {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
    });
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await call('OPTIONS', '/nowhere')).status).toBe(404);
    expect((await call('OPTIONS', '/flows', undefined, { origin: 'http://evil.example' })).status).toBe(403);
  });
});

test('a caller names its request, and can not break the log by it', async () => {
  const { call } = fakeApi();
  const named = await call('GET', '/nowhere', undefined, { 'x-request-id': 'mine-1' });
  expect(named.body).toMatchObject({ request_id: 'req-1', client_request_id: 'mine-1' });
  const evil = await call('GET', '/nowhere', undefined, { 'x-request-id': '{"level":"error"} x' });
  expect(evil.body).not.toHaveProperty('client_request_id');
  expect(evil.headers.get('x-request-id')).toBe('req-1');
});

describe('the query', () => {
  test.each([
    '/executions?limt=5',
    '/executions?limit=5&limit=6',
    '/adapters?x',
    '/executions?__proto__=1',
    '/executions?constructor=1',
  ])('%s is refused', async (path) => {
    const { status, body } = await fakeApi().call('GET', path);
    expect([status, body.code, body.errors[0].code]).toEqual([400, 'invalid_request', expect.any(String)]);
  });
  test('of a public address may have more: others call it', async () => {
    expect((await fakeApi().call('GET', '/healthz?probe=7')).status).toBe(200);
  });
  test('NUL is in no parameter', async () => {
    for (const path of ['/executions?tag=%00', '/flows/a%00', '/executions?cursor=a%00b'])
      expect(await fakeApi().call('GET', path)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

test('packed bodies are refused', async () => {
  const answer = await fakeApi().call('POST', '/flows/a/execute', '{}', {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  });
  expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  expect(answer.headers.get('accept-encoding')).toBe('identity');
});

test('HSTS is for TLS only', async () => {
  const { app, call } = fakeApi();
  expect((await call('GET', '/healthz')).headers.has('strict-transport-security')).toBe(false);
  const secure = await app.request('https://127.0.0.1/healthz');
  expect(secure.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
});

test('what has an ETag is not sent again to who has it', async () => {
  const { call } = fakeApi();
  const first = await call('GET', '/openapi.json');
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^W\/"[\w-]+"$/);
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  for (const have of [etag, `"other", ${etag.slice(2)}`, '*']) {
    const { app } = fakeApi();
    const again = await app.request('http://127.0.0.1/openapi.json', { headers: { 'if-none-match': have } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(again.headers.get('x-content-type-options')).toBe('nosniff');
  }
  expect((await call('GET', '/openapi.json', undefined, { 'if-none-match': '"other"' })).status).toBe(200);
});
