import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

export interface Stub {
  readonly url: string;
  /** Everything that came in, the oldest first. */
  readonly received: Received[];
  /** Requests to this path (without its query). */
  to(path: string): Received[];
  /** Answers what `/held` keeps back, and all that come later. */
  release(): void;
  close(): Promise<void>;
}

/**
 * A service that flows call: `/echo` answers the body, `/size?bytes=N` JSON of N bytes, `/slow?ms=N` late, `/held` when released,
 * `/fail?status=N&times=M&name=X` M failures first, `/text` no JSON, everything else `{ ok: true, n }` with the count of requests to it.
 */
export async function startStub(): Promise<Stub> {
  const received: Received[] = [];
  const failures = new Map<string, number>();
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const to = (path: string) => received.filter((one) => one.path === path);
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub');
      const key = request.headers['idempotency-key'];
      received.push({ path: pathname, key: typeof key === 'string' ? key : undefined, body });
      const answer = (status: number, value: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      };
      if (pathname === '/echo') return answer(200, body);
      if (pathname === '/size') return answer(200, { blob: 'x'.repeat(Number(searchParams.get('bytes')) - 11) });
      if (pathname === '/text') return response.writeHead(200, { 'content-type': 'text/plain' }).end('not { json');
      if (pathname === '/broken') return response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
      if (pathname === '/slow') {
        setTimeout(() => answer(200, { slow: true }), Number(searchParams.get('ms')));
        return;
      }
      if (pathname === '/held') await released;
      if (pathname === '/fail') {
        const name = searchParams.get('name') ?? '';
        const failed = failures.get(name) ?? 0;
        failures.set(name, failed + 1);
        if (failed < Number(searchParams.get('times') ?? 1e9))
          return answer(Number(searchParams.get('status')), { failed });
      }
      return answer(200, { ok: true, n: to(pathname).length });
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server always has one.
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    to,
    release,
    close: () =>
      new Promise((resolve) => {
        release();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // No encoding is set, so chunks are buffers.
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
