import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../testdata/context.ts';
import { json } from '../testdata/stub-server.ts';
import { echo, requestRoom } from './testdata/request-room.ts';

const { stub, call } = requestRoom();

describe('requests', () => {
  test('GET is the default; query is added to the URL and lists repeat', async () => {
    const server = await stub(echo);
    const result = await call({ url: `${server.url}/a?x=1`, query: { tag: ['b', 'c d'], none: null, n: 2 } });
    expect(result).toMatchObject({ status: 200, body: { url: '/a?x=1&tag=b&tag=c+d&n=2' } });
    expect(server.seen[0]?.method).toBe('GET');
    expect(server.seen[0]?.headers['idempotency-key']).toBeUndefined();
  });

  test('a body is JSON by default; a string is sent as it is; forms are encoded', async () => {
    const server = await stub(echo);
    await call({ method: 'post', url: server.url, body: { a: [1, null] } });
    await call({ method: 'POST', url: server.url, body: 'plain' });
    await call({
      method: 'POST',
      url: server.url,
      body: { a: 'x y', b: 2 },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(server.seen.map((entry) => [entry.headers['content-type'], entry.body])).toEqual([
      ['application/json', '{"a":[1,null]}'],
      ['text/plain; charset=utf-8', 'plain'],
      ['application/x-www-form-urlencoded', 'a=x+y&b=2'],
    ]);
  });

  test('methods that change something carry the idempotency key, safe ones only an own key; an own header wins', async () => {
    const server = await stub(echo);
    await call({ method: 'DELETE', url: server.url });
    await call({ method: 'GET', url: server.url }, { ownKey: true, idempotencyKey: 'mine' });
    await call({ method: 'POST', url: server.url, headers: { 'Idempotency-Key': 'explicit' } });
    expect(server.seen.map((entry) => entry.headers['idempotency-key'])).toEqual(['exec-1:step:0', 'mine', 'explicit']);
  });

  test('user and password in the URL become a header and show nowhere else', async () => {
    const server = await stub((_request, response) => json(response, {}, 404));
    const failure = await failureOf(call({ url: server.url.replace('//', '//ada:s3cret@') }));
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:s3cret').toString('base64')}`);
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('s3cret');
  });

  test.each(['ftp://x.example/', '/relative', 'file:///etc/passwd', 'no url'])(
    '%s is no address to call',
    async (url) => {
      expect(await failureOf(call({ url }))).toMatchObject({
        code: 'validation_failed',
        retryable: false,
        outcome: 'not_sent',
      });
    },
  );
});

describe('answers', () => {
  test('JSON types are parsed, the rest is text, an empty body is null', async () => {
    const server = await stub((request, response) => {
      if (request.url === '/json')
        response.writeHead(200, { 'content-type': 'application/problem+json; charset=utf-8' }).end('{"a":1}');
      else if (request.url === '/text')
        response.writeHead(200, { 'content-type': 'text/plain; charset=latin1' }).end(Buffer.from('Grüße', 'latin1'));
      else response.writeHead(204).end();
    });
    expect(await call({ url: `${server.url}/json` })).toMatchObject({ body: { a: 1 } });
    expect(await call({ url: `${server.url}/text` })).toMatchObject({ body: 'Grüße' });
    expect(await call({ url: `${server.url}/empty`, response: 'json' })).toMatchObject({ status: 204, body: null });
    expect(await call({ url: `${server.url}/json`, response: 'text' })).toMatchObject({ body: '{"a":1}' });
    expect(await call({ url: `${server.url}/json`, response: 'base64' })).toMatchObject({
      body: Buffer.from('{"a":1}').toString('base64'),
    });
  });

  test('what should be JSON and is not is invalid_response', async () => {
    const server = await stub((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'),
    );
    expect(await failureOf(call({ url: server.url }))).toMatchObject({
      code: 'invalid_response',
      retryable: false,
      outcome: 'failed',
    });
  });

  test('compressed answers are unpacked', async () => {
    const server = await stub((request, response) => {
      const gzip = request.url === '/gzip';
      response
        .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': gzip ? 'gzip' : 'br' })
        .end(gzip ? gzipSync('hello') : brotliCompressSync('hello'));
    });
    expect(await call({ url: `${server.url}/gzip` })).toMatchObject({ body: 'hello' });
    expect(await call({ url: `${server.url}/br` })).toMatchObject({ body: 'hello' });
  });

  test('a large answer, or a small one that unpacks to a large one, is result_too_large', async () => {
    const big = Buffer.alloc(200 * 1024, 'x');
    const server = await stub((request, response) => {
      if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(big));
      else response.writeHead(200).end(big);
    });
    expect(await failureOf(call({ url: `${server.url}/big` }))).toMatchObject({
      code: 'result_too_large',
      retryable: false,
    });
    expect(await failureOf(call({ url: `${server.url}/bomb` }))).toMatchObject({
      code: 'result_too_large',
      retryable: false,
    });
  });

  test('ok takes statuses and classes', async () => {
    const server = await stub((request, response) => json(response, {}, Number(request.url.slice(1))));
    expect(await call({ url: `${server.url}/404`, ok: [200, 404] })).toMatchObject({ status: 404 });
    expect(await call({ url: `${server.url}/503`, ok: '5xx' })).toMatchObject({ status: 503 });
    expect(await failureOf(call({ url: `${server.url}/201`, ok: 200 }))).toMatchObject({ code: 'http_201' });
  });
});

describe('refusals', () => {
  test.each([
    [400, false, 'failed'],
    [404, false, 'failed'],
    [408, true, 'failed'],
    [409, false, 'failed'],
    [425, true, 'failed'],
    [429, true, 'failed'],
    [500, true, 'unknown'],
    [501, false, 'failed'],
    [502, true, 'unknown'],
    [503, true, 'failed'],
    [504, true, 'unknown'],
    [507, true, 'failed'],
  ])('%i: retryable %s, outcome %s', async (status, retryable, outcome) => {
    const server = await stub((_request, response) => json(response, { why: 'so' }, status));
    expect(await failureOf(call({ url: server.url }))).toMatchObject({
      code: `http_${status}`,
      status,
      retryable,
      outcome,
      details: { body: { why: 'so' } },
    });
    expect(server.seen).toHaveLength(1);
  });

  test('Retry-After in seconds and as a date', async () => {
    const server = await stub((request, response) => {
      json(response, {}, 429, {
        'retry-after': request.url === '/s' ? '7' : new Date(Date.now() + 9000).toUTCString(),
      });
    });
    expect((await failureOf(call({ url: `${server.url}/s` }))).retryAfterMs).toBe(7000);
    const asked = (await failureOf(call({ url: `${server.url}/d` }))).retryAfterMs ?? 0;
    expect(asked).toBeGreaterThan(6000);
    expect(asked).toBeLessThanOrEqual(9000);
  });

  test('a refusal brings a bounded piece of its body', async () => {
    const server = await stub((_request, response) =>
      response.writeHead(500, { 'content-type': 'text/html' }).end('x'.repeat(1024 * 1024)),
    );
    const failure = await failureOf(call({ url: server.url }));
    expect(JSON.stringify(failure.details).length).toBeLessThan(5000);
    expect(failure.details).toMatchObject({ body_truncated: true });
  });
});
