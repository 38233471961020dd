// The whole control plane, as src/bin composes it, on a database and a Temporal server that tests have.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureOwnerToken } from '../../src/auth/owner-token.ts';
import { openFoundation } from '../../src/bin/foundation.ts';
import { startServer } from '../../src/bin/server.ts';
import { readSettings } from '../../src/bin/settings.ts';

export interface ComposedServer {
  readonly url: string;
  /** With the owner's token, unless `headers` say otherwise. A body is sent as JSON, text as it is. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{
    readonly status: number;
    readonly headers: Headers;
    readonly text: string;
    /** Tests look into it; what is not there fails them. */
    readonly body: ReturnType<typeof JSON.parse>;
    readonly ms: number;
  }>;
  readonly log: readonly { readonly level: string; readonly message: string }[];
  readonly close: () => Promise<void>;
}

interface Options {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function composedServer(options: Options): Promise<ComposedServer> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  return compose(options, closers, close).catch(async (error: unknown) => {
    await close();
    throw error;
  });
}

async function compose(
  options: Options,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<ComposedServer> {
  const room = await mkdtemp(join(tmpdir(), 'weir-composed-'));
  closers.push(() => rm(room, { recursive: true, force: true }));
  const onClose = (close: () => Promise<unknown>): void => void closers.push(close);
  const log: { level: string; message: string }[] = [];
  const env = { WEIR_RATE_LIMIT: '1000000', ...options.env };
  const foundation = await openFoundation({
    settings: readSettings(env),
    env,
    log: (level, message, fields) => void log.push({ level, message: `${message} ${describe(fields)}` }),
    databaseUrl: options.databaseUrl,
    temporalAddress: options.temporalAddress,
    payloads: join(room, 'payloads'),
    callbackKey: 'a key of tests, of thirty-two bytes or more',
    allowLoopback: true,
    eagerStart: true,
    taskQueue: `weir-http-${process.pid}-${Math.random().toString(36).slice(2)}`,
    onClose,
  });
  const token = await ensureOwnerToken(foundation.database, 'default');
  const { privateKey } = generateKeyPairSync('ed25519');
  const { url = '' } = await startServer({
    foundation,
    parts: { api: { port: 0 }, worker: true },
    auditKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    auditCheckpoints: join(room, 'checkpoints'),
    fatal: (message) => void log.push({ level: 'fatal', message }),
    onClose,
  });
  return {
    url,
    log,
    async call(method, path, body, headers = {}) {
      const started = performance.now();
      const raw = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`${url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${token}`,
          ...(raw !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(raw !== undefined && { body: raw }),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && !/jsonl|ndjson/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
        ms: performance.now() - started,
      };
    },
    close,
  };
}

const describe = (fields: Readonly<Record<string, unknown>> | undefined): string =>
  Object.values(fields ?? {})
    .map((value) => (value instanceof Error ? (value.stack ?? value.message) : String(value)))
    .join(' ');
