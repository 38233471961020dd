import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEV_DYNAMIC_CONFIG, DEV_SQLITE_PRAGMAS } from './dynamic-config.ts';
import { findTemporal } from './find-temporal.ts';
import { freePort } from './free-port.ts';
import { startGuardedProcess } from './guarded-process.ts';
import { SEARCH_ATTRIBUTE_TYPES } from './search-attributes.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface DevServer {
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  /** The Web UI; absent for a server that is not ours, or headless. */
  readonly uiUrl?: string;
  /** Resolves if the server ends without being asked to. Never for a server that is not ours. */
  readonly lost: Promise<void>;
  /** Stops what was started here; a server given by address is left alone. */
  readonly stop: () => Promise<void>;
}

export interface DevServerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  /** SQLite file that keeps everything over restarts. Left out: a temporary one, removed at the end. */
  readonly stateFile?: string;
  /** gRPC port; 0 or left out: a free one. */
  readonly port?: number;
  /** Web UI port; 0 or left out: a free one. `false`: no Web UI. */
  readonly uiPort?: number | false;
  /** Where the server's own output goes; default beside the state file. */
  readonly logFile?: string;
}

const START_TIMEOUT_MS = 60_000;
const HOST = '127.0.0.1';

/**
 * A Temporal server that answers, with the namespace `default` and Weir's search attributes: the one at
 * TEMPORAL_ADDRESS, else a tuned development server of ours that ends with this process, however that ends.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const given = options.env.TEMPORAL_ADDRESS;
  if (given) {
    await waitUntilReady(given, { timeoutMs: START_TIMEOUT_MS, addSearchAttributes: true });
    return { address: given, lost: new Promise(() => undefined), stop: async () => undefined };
  }
  const command = await findTemporal(options);
  const room = options.stateFile === undefined ? await mkdtemp(join(tmpdir(), 'weir-temporal-')) : undefined;
  const stateFile = options.stateFile ?? join(room ?? '', 'temporal.db');
  await mkdir(dirname(stateFile), { recursive: true });
  const logFile = options.logFile ?? join(dirname(stateFile), 'temporal.log');
  const cleanUp = async () => {
    if (room !== undefined) await rm(room, { recursive: true, force: true });
  };

  // A port that was free may be taken before the server binds it: then another is tried, unless the caller chose it.
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    const uiPort = options.uiPort === false ? false : options.uiPort || (await freePort());
    const server = startGuardedProcess({
      command,
      args: serverArgs({ stateFile, port, uiPort }),
      env: options.env,
      logFile,
    });
    const address = `${HOST}:${port}`;
    let stopping = false;
    const stop = async () => {
      stopping = true;
      await server.stop();
      await cleanUp();
    };
    try {
      await Promise.race([
        waitUntilReady(address, { timeoutMs: START_TIMEOUT_MS, addSearchAttributes: true }),
        server.ended.then(async () => {
          throw new Error(`The Temporal server ended at once:\n${await lastLines(logFile)}`);
        }),
      ]);
      const lost = server.ended.then(() => (stopping ? new Promise<void>(() => undefined) : undefined));
      return { address, ...(uiPort !== false && { uiUrl: `http://${HOST}:${uiPort}` }), lost, stop };
    } catch (error) {
      await server.stop();
      if (!server.hasEnded() || attempt === 3 || options.port || !/address already in use/.test(String(error))) {
        await cleanUp();
        throw error;
      }
    }
  }
}

function serverArgs({
  stateFile,
  port,
  uiPort,
}: {
  stateFile: string;
  port: number;
  uiPort: number | false;
}): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    HOST,
    '--port',
    String(port),
    '--db-filename',
    stateFile,
    '--log-level',
    'warn',
    '--log-format',
    'json',
    ...(uiPort === false ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...Object.entries(DEV_DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ...Object.entries(DEV_SQLITE_PRAGMAS).flatMap(([key, value]) => ['--sqlite-pragma', `${key}=${value}`]),
    ...Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-5).join('\n');
}
