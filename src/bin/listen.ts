import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export interface Listening {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Takes no new requests, lets the running ones end for `graceMs`, then cuts them (event streams never end by themselves). */
  readonly close: (graceMs?: number) => Promise<void>;
}

/** Serves a fetch handler on loopback. Port 0: a free one. Rejects with what to do when the port is taken. */
export async function listen({ fetch, port }: { fetch: (request: Request) => Response | Promise<Response>; port: number }): Promise<Listening> {
  const listener = getRequestListener(fetch);
  const server = createServer((request: IncomingMessage, response: ServerResponse) => void listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`Port ${port} is taken. Name another with --port, or 0 for any.`, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo; // a TCP server has an AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    close: async (graceMs = 500) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(late);
    },
  };
}
