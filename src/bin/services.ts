// `weir api` and `weir worker`: one part of an installation each. PostgreSQL and Temporal are elsewhere.
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { waitUntilReady } from '../../temporal/wait-until-ready.ts';
import type { RunningService, StartServiceOptions } from '../cli/io.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import { createCloseStack, type OnClose } from './close-stack.ts';
import { openFoundation } from './foundation.ts';
import { randomKeyIn, signingKeyIn } from './keys.ts';
import { portFor } from './port-for.ts';
import { createProcessLog } from './process-log.ts';
import { type ServerOptions, startServer } from './server.ts';
import { readSettings } from './settings.ts';

const DEFAULT_PORT = 8080;
const TEMPORAL_PATIENCE_MS = 30_000;

/** Serves the API. Rejects with what to do when a setting is missing or something it needs is away. */
export function startApi(options: StartServiceOptions): Promise<RunningService> {
  return started(async (onClose) => {
    const port = await portFor(options.port ?? DEFAULT_PORT, options.host ?? undefined);
    const host = options.host === null ? {} : { host: options.host };
    return startPart(options, { api: { port, ...host } }, onClose);
  });
}

/** Runs a worker. Rejects as `startApi` does. */
export function startWorker(options: StartServiceOptions): Promise<RunningService> {
  return started((onClose) => startPart(options, { worker: true }, onClose));
}

async function started(start: (onClose: OnClose) => Promise<{ readonly url?: string }>): Promise<RunningService> {
  const stack = createCloseStack();
  try {
    return { ...(await start(stack.add)), close: stack.close };
  } catch (error) {
    await stack.close().catch(() => undefined);
    throw error;
  }
}

async function startPart(
  { env, log }: StartServiceOptions,
  parts: ServerOptions['parts'],
  onClose: OnClose,
): Promise<{ readonly url?: string }> {
  const settings = readSettings(env);
  const { databaseUrl, temporalAddress, stateDir } = settings;
  const missing = [
    ...(databaseUrl === undefined ? ['DATABASE_URL'] : []),
    ...(temporalAddress === undefined ? ['TEMPORAL_ADDRESS'] : []),
    ...(stateDir === undefined ? ['WEIR_STATE_DIR'] : []),
  ];
  if (databaseUrl === undefined || temporalAddress === undefined || stateDir === undefined)
    throw new Error(`The environment lacks ${missing.join(', ')}. docs/guides/operate.md says what they are for.`);
  const { logLine, fatal } = createProcessLog(log);
  installRuntime(logLine);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await waitUntilReady(temporalAddress, { timeoutMs: TEMPORAL_PATIENCE_MS, namespace: settings.temporalNamespace });
  const foundation = await openFoundation({
    settings,
    env,
    log: logLine,
    databaseUrl,
    temporalAddress,
    payloads: join(stateDir, 'payloads'),
    callbackKey: settings.callbackKey ?? (await randomKeyIn(join(stateDir, 'callback.key'))),
    allowLoopback: false,
    eagerStart: false,
    onClose,
  });
  return startServer({
    foundation,
    parts,
    auditKey: await signingKeyIn(settings.auditKeyFile ?? join(stateDir, 'audit.key')),
    auditCheckpoints: join(stateDir, 'audit-checkpoints.jsonl'),
    fatal,
    onClose,
  });
}
