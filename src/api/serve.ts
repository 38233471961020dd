import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Drain } from './drain.ts';
import { answerMalformed, malformedResponse } from './serve-malformed.ts';
import { openCertificate, type TlsFiles } from './tls.ts';

export interface ServeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
  /** Callers are authenticated: others than loopback may be served. Default false. */
  readonly identities?: boolean;
  /** PEM files; read again when they change. Without them: plain HTTP. */
  readonly tls?: TlsFiles;
  /** The app's: close() begins it. */
  readonly drain?: Drain;
  /** How long readiness says "draining" before connections are refused, for balancers that look now and then, ms. Default 0. */
  readonly drainDelayMs?: number;
  /** Default 2,000; one more is dropped. */
  readonly maxConnections?: number;
  readonly timeouts?: Timeouts;
  readonly log?: (level: 'warn' | 'info', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** For sending a request, ms; an answer may take longer. Slow senders are answered 408 and cut off. */
export interface Timeouts {
  /** Its headers. Default 10,000. */
  readonly headersMs?: number;
  /** All of it. Default 60,000. */
  readonly requestMs?: number;
  /** How often it is looked for those who are late. Default 5,000. */
  readonly checkMs?: number;
}

export interface ApiServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, ends streams, lets requests under way end for at most `graceMs` (default 10,000), then cuts
   * the rest off.
   */
  close(graceMs?: number): Promise<void>;
}

const MAX_HEADER_BYTES = 16 * 1024;
/** Longer than those of common balancers (60 s), so that none sends on a connection that closes. */
const KEEP_ALIVE_MS = 65_000;

/** Serves the app. Rejects for a host that is not loopback as long as there are no identities, and when the port is taken. */
export async function serve(app: { readonly fetch: Hono['fetch'] }, options: ServeOptions): Promise<ApiServer> {
  const { host = '127.0.0.1', port, drain, drainDelayMs = 0, timeouts = {} } = options;
  if (options.identities !== true && !/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host))
    throw new Error(`${host} is not loopback: without identities the API is served to this machine only`);
  const limits: ServerOptions = {
    headersTimeout: timeouts.headersMs ?? 10_000,
    requestTimeout: timeouts.requestMs ?? 60_000,
    connectionsCheckingInterval: timeouts.checkMs ?? 5_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false, // malformedResponse() refuses it, in words
  };
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: malformedResponse,
  });
  const certificate = options.tls === undefined ? null : await openCertificate(options.tls, options.log);
  const server: Server =
    certificate === null
      ? createServer(limits, listener)
      : createTlsServer({ ...limits, ...certificate.current(), minVersion: 'TLSv1.2' }, listener);
  certificate?.onChange((pem) => {
    if ('setSecureContext' in server && typeof server.setSecureContext === 'function')
      server.setSecureContext({ ...pem, minVersion: 'TLSv1.2' });
  });
  server.maxConnections = options.maxConnections ?? 2_000;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => void answerMalformed(error, socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const scheme = certificate === null ? 'http' : 'https';
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    async close(graceMs = 10_000) {
      drain?.begin();
      if (drainDelayMs > 0) await sleep(drainDelayMs);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Connections that were busy stay open for more requests otherwise.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
      certificate?.close();
    },
  };
}
