import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void;

/** An HTTP server on a free port of the loopback that answers by `METHOD /path`; anything else is a 404 problem. */
export async function fakeServer(handlers: Readonly<Record<string, Handler>>): Promise<FakeServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      const handler = handlers[`${request.method} ${request.path}`];
      if (handler) handler(request, response);
      else
        problem(response, {
          status: 404,
          code: 'not_found',
          detail: `There is no ${request.path}.`,
          request_id: 'req-1',
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function problem(
  response: ServerResponse,
  body: { status: number; code: string; detail: string; request_id: string; errors?: unknown },
): void {
  response.writeHead(body.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

/** Starts an event stream and writes events with ids; ends it after an event that ends the execution. */
export function stream(
  response: ServerResponse,
  events: readonly ({ id: string; type: string } & Record<string, unknown>)[],
): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const { id, ...event } of events)
    response.write(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  if (/^execution\.(completed|failed|cancelled|timed_out|terminated)$/.test(events.at(-1)?.type ?? '')) response.end();
}
