import { describe, expect, test, vi } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { type FakeAnswer, fakeApi, ID } from './testdata/fake-api.ts';

function problem(answer: FakeAnswer, status: number, code: string): void {
  expect(answer).toMatchObject({
    status,
    body: { code, status, detail: expect.any(String), request_id: 'req-1', title: expect.any(String) },
  });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
}

describe('every answer', () => {
  test('has a request id and headers that keep browsers from using it as a page', async () => {
    const { call } = fakeApi();
    for (const path of ['/healthz', '/nowhere']) {
      const { headers } = await call('GET', path);
      expect(headers.get('x-request-id')).toBe('req-1');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  test('to an unknown path is 404, to a wrong method 405 with Allow', async () => {
    const { call } = fakeApi();
    problem(await call('GET', '/nowhere'), 404, 'not_found');
    const wrong = await call('PUT', '/executions');
    problem(wrong, 405, 'method_not_allowed');
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  test('to a defect is 500 and shows nothing of it; the log does', async () => {
    const { call, log } = fakeApi({ executions: { get: async () => Promise.reject(new Error('password=hunter2')) } });
    const answer = await call('GET', `/executions/${ID}`);
    problem(answer, 500, 'internal_error');
    expect(answer.text).not.toMatch(/hunter2|\.ts|node_modules/);
    expect(log).toHaveBeenCalledWith('error', expect.any(String), expect.objectContaining({ request_id: 'req-1' }));
  });

  test("to a defect on a callback's address leaves its token out of the log", async () => {
    const { call, log } = fakeApi({ executions: { callback: async () => Promise.reject(new Error('a defect')) } });
    problem(await call('POST', '/callbacks/s3cr3t.t0ken', {}), 500, 'internal_error');
    expect(log).toHaveBeenCalledWith('error', 'POST /callbacks/… failed', expect.anything());
  });

  test('that asks to come back says when', async () => {
    const { call } = fakeApi({
      executions: { get: async () => Promise.reject(new Problem('temporal_unavailable', 'away')) },
    });
    const answer = await call('GET', `/executions/${ID}`);
    problem(answer, 503, 'temporal_unavailable');
    expect(answer.headers.get('retry-after')).toBe('2');
  });
});

describe('until there are identities', () => {
  test.each(['http://evil.example', 'https://127.0.0.1.evil.example', 'null'])(
    'a page of %s is refused',
    async (origin) => {
      problem(await fakeApi().call('GET', '/healthz', undefined, { origin }), 403, 'foreign_origin');
    },
  );
  test('a name that is rebound to loopback is refused; loopback itself is not', async () => {
    problem(await fakeApi().call('GET', '/adapters', undefined, { host: 'evil.example' }), 421, 'foreign_host');
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:1'])
      expect((await fakeApi().call('GET', '/healthz', undefined, { host, origin: `http://${host}` })).status).toBe(200);
  });
  test('callback addresses may be called under any name: the token is the credential', async () => {
    const callback = vi.fn(async () => ({ accepted: true as const, execution_id: ID, step: 's' }));
    expect(
      await fakeApi({ executions: { callback } }).call(
        'POST',
        '/callbacks/t.t',
        { a: 1 },
        { host: 'hooks.example.com' },
      ),
    ).toMatchObject({ status: 200, body: { accepted: true } });
    expect(callback).toHaveBeenCalledWith('t.t', { a: 1 });
  });
});

describe('bodies', () => {
  const path = '/flows/a/execute';
  test.each(['{"input": ', '', 'input=1', '\u0000'])('%j is not JSON', async (text) => {
    const answer = await fakeApi().call('POST', `/executions/${ID}/signal`, text === '' ? ' ' : text, {
      'content-type': 'application/json',
    });
    problem(answer, 400, 'invalid_json');
  });
  test('what is nested too deep is refused; brackets in texts do not count', async () => {
    const deep = `{"input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    problem(await fakeApi().call('POST', path, deep, { 'content-type': 'application/json' }), 400, 'invalid_json');
    const start = vi.fn(async () => ({
      execution_id: ID,
      flow: 'a',
      version: '1.0.0',
      status: 'running' as const,
      links: {},
    }));
    const text = `{"input":"\\"${'['.repeat(1_000)}"}`;
    expect(
      (await fakeApi({ executions: { start } }).call('POST', path, text, { 'content-type': 'application/json' }))
        .status,
    ).toBe(202);
  });
  test('invalid UTF-8 is not JSON', async () => {
    problem(
      await fakeApi().call('POST', path, new Uint8Array([0x7b, 0xff, 0x7d]), { 'content-type': 'application/json' }),
      400,
      'invalid_json',
    );
  });
  test.each([[[1, 2]], ['"text"'], ['null'], ['7']])('%j is no object', async (body) => {
    problem(await fakeApi().call('POST', path, body, { 'content-type': 'application/json' }), 400, 'invalid_request');
  });
  test.each(['application/x-www-form-urlencoded', 'application/xml', 'text/plain'])('%s is 415', async (type) => {
    problem(await fakeApi().call('POST', path, 'x=1', { 'content-type': type }), 415, 'unsupported_media_type');
  });
  test('unknown fields are named', async () => {
    const answer = await fakeApi().call('POST', path, { inputs: {}, tags: [''] });
    problem(answer, 400, 'invalid_request');
    expect(answer.body.errors.map((error: { path: string }) => error.path).sort()).toEqual(['/inputs', '/tags/0']);
  });
  test('what is too long is refused, with or without a length', async () => {
    const { app, call } = fakeApi();
    problem(
      await call('POST', `/executions/${ID}/signal`, { type: 'x', data: 'x'.repeat(1_100_000) }),
      413,
      'payload_too_large',
    );
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000)) });
    const request = new Request(`http://127.0.0.1/executions/${ID}/signal`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    });
    expect((await app.request(request)).status).toBe(413);
  });
});
