import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';

export interface ServeOptions {
  /** Default 127.0.0.1. Only loopback is served until there are identities. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
}
export interface ApiServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those under way end for at most `graceMs` (default 2,000), then cuts the rest off. */
  close(graceMs?: number): Promise<void>;
}

/** Serves the app. Rejects for a host that is not loopback, and when the port is taken. */
export async function serve(
  app: { readonly fetch: Hono['fetch'] },
  { host = '127.0.0.1', port }: ServeOptions,
): Promise<ApiServer> {
  if (!/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host))
    throw new Error(`${host} is not loopback: the API has no identities yet and is served to this machine only`);
  const server = createServer(
    { requestTimeout: 120_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    async close(graceMs = 2_000) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
