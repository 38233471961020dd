import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../testdata/context.ts';
import { json, startStub } from '../testdata/stub-server.ts';
import { echo, requestRoom } from './testdata/request-room.ts';

const { stub, call } = requestRoom();

describe('connections', () => {
  test('refused: nothing was sent', async () => {
    const server = await startStub(echo);
    await server.close();
    expect(await failureOf(call({ method: 'POST', url: server.url }))).toMatchObject({
      code: 'connection_failed',
      retryable: true,
      outcome: 'not_sent',
    });
  });

  test('a name that does not exist: nothing was sent', async () => {
    expect(await failureOf(call({ url: 'http://nothing.invalid/' }))).toMatchObject({
      code: 'connection_failed',
      outcome: 'not_sent',
    });
  });

  test('broken after the request: the outcome is unknown, and nothing is sent again', async () => {
    const server = await stub((_request, response) => void response.socket?.destroy());
    expect(await failureOf(call({ method: 'POST', url: server.url, body: { n: 1 } }))).toMatchObject({
      code: 'connection_failed',
      retryable: true,
      outcome: 'unknown',
    });
    expect(await failureOf(call({ url: server.url }))).toMatchObject({ outcome: 'unknown' });
    expect(server.seen).toHaveLength(2);
  });

  test('broken within the body: the outcome is unknown', async () => {
    const server = await stub((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect(await failureOf(call({ url: server.url }))).toMatchObject({ code: 'connection_failed', outcome: 'unknown' });
  });

  test('aborted while waiting for the answer, and within the body: timeout, outcome unknown', async () => {
    const server = await stub((request, response) => {
      if (request.url === '/body') response.writeHead(200).write('half');
    });
    for (const path of ['/silent', '/body']) {
      const begun = Date.now();
      expect(await failureOf(call({ url: server.url + path }, { signal: AbortSignal.timeout(100) }))).toMatchObject({
        code: 'timeout',
        status: 408,
        outcome: 'unknown',
      });
      expect(Date.now() - begun).toBeLessThan(1000);
    }
  });

  test('aborted before TLS stands: nothing was sent', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const begun = Date.now();
    expect(
      await failureOf(
        call({ method: 'POST', url: `https://127.0.0.1:${port}/` }, { signal: AbortSignal.timeout(100) }),
      ),
    ).toMatchObject({ code: 'timeout', outcome: 'not_sent' });
    expect(Date.now() - begun).toBeLessThan(1000);
    silent.close();
  });
});

describe('redirects', () => {
  test('GET follows, and keeps its headers only on the same origin', async () => {
    const other = await stub(echo);
    const server = await stub((request, response) => {
      if (request.url === '/same') response.writeHead(302, { location: '/end' }).end();
      else if (request.url === '/other') response.writeHead(302, { location: `${other.url}/end` }).end();
      else json(response, { url: request.url });
    });
    const headers = { Authorization: 'Bearer t0ken', 'X-Key': 'k' };
    expect(await call({ url: `${server.url}/same`, headers })).toMatchObject({ status: 200 });
    expect(server.seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer t0ken' });
    expect(await call({ url: `${server.url}/other`, headers })).toMatchObject({ status: 200 });
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
    expect(other.seen[0]?.headers['x-key']).toBeUndefined();
  });

  test('POST does not follow; a circle ends; a redirect that is asked for is a result', async () => {
    const server = await stub((_request, response) => response.writeHead(307, { location: '/again' }).end());
    expect(await failureOf(call({ method: 'POST', url: server.url }))).toMatchObject({
      code: 'http_307',
      outcome: 'failed',
    });
    expect(await failureOf(call({ url: server.url }))).toMatchObject({ code: 'too_many_redirects' });
    expect(await call({ url: server.url, ok: ['3xx'] })).toMatchObject({
      status: 307,
      headers: { location: '/again' },
    });
  });

  test('a redirect does not lead past the guard', async () => {
    const server = await stub((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    );
    expect(await failureOf(call({ url: server.url }))).toMatchObject({ code: 'address_not_allowed' });
  });
});
