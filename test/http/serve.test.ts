// The server by sockets: what no handler sees, TLS, and how it closes.
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDrain } from '../../src/api/drain.ts';
import { type ApiServer, serve, type ServeOptions } from '../../src/api/serve.ts';
import { fakeApi, ID } from '../../src/api/testdata/fake-api.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
type Fakes = Parameters<typeof fakeApi>[0];

async function served(options: Partial<ServeOptions> = {}, fakes: Fakes = {}): Promise<ApiServer> {
  const drain = options.drain ?? createDrain();
  const { app } = fakeApi({ ...fakes, deps: { drain, ...fakes?.deps } });
  const api = await serve(app, { port: 0, drain, ...options });
  closing.push(() => api.close(100));
  return api;
}

/** All that comes back for these bytes, until the server hangs up. */
async function raw(port: number, ...parts: readonly (string | number)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk))).on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const part of parts) await (typeof part === 'number' ? sleep(part) : Promise.resolve(socket.write(part)));
  await ended;
  return answer;
}
const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));

describe('what is no request', () => {
  test.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400, 'malformed_request'],
    [
      'two lengths',
      'GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc',
      400,
      'malformed_request',
    ],
    [
      'headers too large',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ] as const)('%s: answered with a problem', async (_what, bytes, status, code) => {
    const answer = await raw((await served()).port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(bodyOf(answer)).toMatchObject({ code, status, request_id: expect.any(String) });
  });

  test.each([
    ['GET /healthz HTTP/1.1', ''],
    ['GET /healthz HTTP/1.1', 'Host: a b'],
    ['GET /flows\\..\\audit HTTP/1.1', 'Host: localhost'],
    ['GET * HTTP/1.1', 'Host: localhost'],
    ['TRACE /healthz HTTP/1.1', 'Host: localhost'],
    ['BREW /healthz HTTP/1.1', 'Host: localhost'],
    ['GET http://evil.example/flows HTTP/1.1', 'Host: localhost'],
  ])("%s with %j is refused as the caller's fault", async (line, header) => {
    const answer = await raw(
      (await served()).port,
      `${line}\r\n${header === '' ? '' : `${header}\r\n`}Connection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(bodyOf(answer)).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
  });
});

describe('who sends slowly', () => {
  const timeouts = { headersMs: 300, requestMs: 600, checkMs: 50 };
  test('the headers, or the body, is cut off with 408; others are served meanwhile', async () => {
    const api = await served({ timeouts });
    const slow = raw(api.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n', 100, 'X-A: 1\r\n', 100, 'X-B: 1\r\n');
    const body = raw(
      api.port,
      `POST /executions/${ID}/signal HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      200,
      '"type":',
    );
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    expect(bodyOf(await slow)).toMatchObject({ code: 'request_too_slow', status: 408 });
    expect(await body).toMatch(/^HTTP\/1.1 (400|408) /);
  });
  test('does not hinder a slow answer', async () => {
    const get = async () => {
      await sleep(900);
      return Promise.reject(new Error('a defect'));
    };
    const api = await served({ timeouts }, { executions: { get } });
    expect((await fetch(`${api.url}/executions/${ID}`)).status).toBe(500);
  });
});

test('a huge upload is refused before it is sent to the end', async () => {
  const { port } = await served();
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const answer = await raw(
    port,
    `POST /executions/${ID}/signal HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ...Array.from({ length: 64 }, () => chunk),
  );
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
});

test('without identities only loopback is served', async () => {
  await expect(served({ host: '0.0.0.0' })).rejects.toThrow('is not loopback');
  const api = await served({ host: '0.0.0.0', identities: true });
  expect((await fetch(`http://127.0.0.1:${api.port}/healthz`)).status).toBe(200);
});

describe('TLS', () => {
  const pem = (name: string): string => join(import.meta.dirname, 'certificates', name);
  async function room(): Promise<{ cert: string; key: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'weir-tls-'));
    closing.push(() => rm(folder, { recursive: true }));
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    await copyFile(pem('first.cert.pem'), files.cert);
    await copyFile(pem('first.key.pem'), files.key);
    return files;
  }
  const get = async (port: number, ca: string) =>
    new Promise<{ status: number | undefined; hsts: unknown; name: string }>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path: '/healthz', ca, agent: false as const };
      httpsRequest(options, (answer) => {
        const { subject } = (answer.socket as import('node:tls').TLSSocket).getPeerCertificate(); // https has TLS sockets
        answer.resume();
        resolve({
          status: answer.statusCode,
          hsts: answer.headers['strict-transport-security'],
          name: String(subject.CN),
        });
      })
        .once('error', reject)
        .end();
    });

  test('serves the certificate, and a renewed one without a restart', async () => {
    const files = await room();
    const log = vi.fn();
    const { port, url } = await served({ tls: files, log });
    expect(url).toMatch(/^https:/);
    const [first, second] = [
      await readFile(pem('first.cert.pem'), 'utf8'),
      await readFile(pem('second.cert.pem'), 'utf8'),
    ];
    expect(await get(port, first)).toMatchObject({
      status: 200,
      name: 'first',
      hsts: expect.stringContaining('max-age'),
    });
    await copyFile(pem('second.cert.pem'), files.cert);
    await expect
      .poll(() => log.mock.calls, { timeout: 5_000 })
      .toContainEqual(['warn', expect.any(String), expect.anything()]);
    expect(await get(port, first)).toMatchObject({ name: 'first' });
    await copyFile(pem('second.key.pem'), files.key);
    await expect
      .poll(async () => get(port, second).catch(() => null), { timeout: 5_000 })
      .toMatchObject({ name: 'second' });
  });

  test('older than 1.2 is refused; 1.3 is taken where it can be', async () => {
    const { port } = await served({ tls: await room() });
    const protocol = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      new Promise((resolve) => {
        const socket = tlsConnect(
          {
            port,
            host: '127.0.0.1',
            rejectUnauthorized: false,
            minVersion: 'TLSv1',
            maxVersion,
            ciphers: 'DEFAULT:@SECLEVEL=0',
          },
          () => resolve(socket.end().getProtocol()),
        ).once('error', () => resolve('refused'));
      });
    expect(await Promise.all([protocol('TLSv1.1'), protocol('TLSv1.2'), protocol('TLSv1.3')])).toEqual([
      'refused',
      'TLSv1.2',
      'TLSv1.3',
    ]);
  });

  test('plain HTTP to it ends at once; a key that does not fit stops the start', async () => {
    const files = await room();
    const { port } = await served({ tls: files });
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).not.toContain('200 OK');
    await copyFile(pem('second.key.pem'), files.key);
    await expect(served({ tls: files })).rejects.toThrow();
  });
});

describe('closing', () => {
  test('says so, refuses new connections, and lets what is under way end', async () => {
    const get = async () => {
      await sleep(400);
      return { execution_id: ID } as never; // the route hands it on as it is
    };
    const drain = createDrain();
    const api = await served({ drain, drainDelayMs: 150 }, { executions: { get, ping: async () => undefined } });
    const running = fetch(`${api.url}/executions/${ID}`);
    await sleep(50);
    const closed = api.close();
    const ready = await fetch(`${api.url}/readyz`);
    expect([
      ready.status,
      ready.headers.get('connection'),
      ((await ready.json()) as { missing: unknown }).missing,
    ]).toEqual([503, 'close', ['the server is closing']]);
    await sleep(200);
    await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
    const answer = await running;
    expect([answer.status, await answer.json()]).toEqual([200, { execution_id: ID }]);
    await closed;
  });

  test('ends event streams in order, having said when to come back', async () => {
    const events = async ({ signal }: { signal?: AbortSignal | undefined }) =>
      (async function* () {
        yield { id: '1', type: 'x', at: 0 } as never; // whatever it is, nobody looks into it
        while (signal?.aborted === false) await sleep(5);
      })();
    const api = await served({}, { executions: { events } });
    const stream = (await fetch(`${api.url}/executions/${ID}/events`)).text();
    await sleep(100);
    const started = Date.now();
    await api.close();
    expect(Date.now() - started).toBeLessThan(2_000);
    expect(await stream).toContain('retry: 1000');
  });

  test('cuts off what goes on for longer than the grace', async () => {
    const get = async () => sleep(60_000, undefined as never, { ref: false }); // never in time
    const api = await served({}, { executions: { get } });
    const running = fetch(`${api.url}/executions/${ID}`).catch(() => 'cut off');
    await sleep(100);
    await api.close(200);
    expect(await running).toBe('cut off');
  });
});
