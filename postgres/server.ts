import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '../temporal/folder-lock.ts';
import { freePort } from '../temporal/free-port.ts';
import { startGuardedProcess } from '../temporal/guarded-process.ts';
import { becoming } from './account.ts';
import { type DataFolder, initialise, openDataFolder } from './data-folder.ts';
import { endOrphan, OUR_MARK } from './end-orphan.ts';
import { findBinaries } from './find-binaries.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface PostgresServer {
  /** `postgres://weir:<password>@127.0.0.1:<port>/weir`, a superuser's; or DATABASE_URL as given. */
  readonly url: string;
  /** Where the server's own output goes; absent for a server that is not ours. */
  readonly logFile?: string;
  /** Resolves if the server ends without being asked to. Never for a server that is not ours. */
  readonly lost: Promise<void>;
  /** Ends every connection, writes everything, and stops what was started here. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

export interface PostgresOptions {
  /** Read here: DATABASE_URL, WEIR_POSTGRES_BIN. The server itself gets none of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  /** Keeps everything over restarts. Left out: a temporary folder, removed at the end. */
  readonly dataDir?: string;
  /** TCP port on 127.0.0.1; 0 or left out: a free one. */
  readonly port?: number;
  /** Of postgresql.conf; over those of here. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Recovery after a crash counts in. */
const START_TIMEOUT_MS = 120_000;
/** Longer than FAST_SHUTDOWN needs to its last resort. */
const GRACE_MS = 25_000;
const HOST = '127.0.0.1';
/** Modest, for it shares a developer's machine with everything else. Durable: fsync stays on. */
const SETTINGS = { shared_buffers: '64MB', max_connections: '100', log_checkpoints: 'off', timezone: 'UTC' };
/** What passes by itself: a port taken in between, and children of a killed server that are still ending. */
const PASSING = /could not bind|address already in use|pre-existing shared memory block/i;

/**
 * Between the guard and the server. The guard ends its child by SIGTERM, which PostgreSQL takes for "wait until the last
 * client leaves"; SIGINT disconnects them. It is repeated, as one that comes before the server listens is lost.
 * $1, if not empty, is a folder to remove then, also when our process is no more; the rest is the command.
 */
const FAST_SHUTDOWN = `
cd /
room=$1; shift
asked=; late=
trap 'asked=1
  { i=0; while [ $i -lt 15 ]; do kill -INT $server; sleep 1; i=$((i + 1)); done; kill -QUIT $server; } 2>/dev/null &
  late=$!' TERM
"$@" &
server=$!
while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
[ -z "$late" ] || kill $late
[ -z "$asked" ] || [ -z "$room" ] || rm -rf "$room"
exit $code
`;

/**
 * A PostgreSQL that answers, with the database `weir`: the one at DATABASE_URL, else one of ours that ends with this
 * process, however that ends. Throws when another process has a server on `dataDir`, when the port is taken, and when
 * this platform has no binaries.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const given = options.env.DATABASE_URL;
  if (given) return { url: given, lost: new Promise(() => undefined), stop: async () => undefined };
  const folder = await openDataFolder(options.dataDir, options.log);
  if (!(await tryLock(folder.lock))) {
    throw new Error(`Another process runs PostgreSQL on ${folder.path}. Stop it, or choose another data folder`);
  }
  const cleanUp = async () => {
    await rm(folder.lock, { recursive: true, force: true });
    if (folder.room !== undefined) await rm(folder.room, { recursive: true, force: true });
  };
  try {
    return await startIn(folder, options, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function startIn(
  folder: DataFolder,
  options: PostgresOptions,
  cleanUp: () => Promise<void>,
): Promise<PostgresServer> {
  const { account, logFile } = folder;
  const { initdb, postgres } = await findBinaries({ ...options, account });
  const password = await initialise(folder, { initdb, durable: options.settings?.fsync !== 'off' });
  await endOrphan(folder.path, options.log);

  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    const settings = { ...SETTINGS, ...options.settings, listen_addresses: HOST, unix_socket_directories: '', port };
    const command = [postgres, '-D', folder.path, '-c', OUR_MARK];
    for (const [name, value] of Object.entries(settings)) command.push('-c', `${name}=${value}`);
    const before = (await readLog(logFile)).length;
    const server = startGuardedProcess({
      command: '/bin/sh',
      args: ['-c', FAST_SHUTDOWN, 'weir-postgres', folder.room ?? '', ...becoming(account), ...command],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      logFile,
      graceMs: GRACE_MS,
    });
    let stopping: Promise<void> | undefined;
    const stop = () => (stopping ??= server.stop().then(cleanUp));
    const url = `postgres://weir:${password}@${HOST}:${port}/weir`;
    const giveUp = new AbortController();
    try {
      await Promise.race([
        waitUntilReady(url, { timeoutMs: START_TIMEOUT_MS, signal: giveUp.signal }),
        server.ended.then(async () => {
          const said = (await readLog(logFile)).slice(before).trimEnd().split('\n').slice(-8).join('\n');
          throw new Error(`PostgreSQL ended at once:\n${said}`);
        }),
      ]);
      const lost = server.ended.then(() => (stopping ? new Promise<void>(() => undefined) : undefined));
      return { url, logFile, lost, stop };
    } catch (error) {
      giveUp.abort();
      await server.stop();
      if (attempt === 5 || !PASSING.test(String(error)) || (options.port && /bind/.test(String(error)))) throw error;
      await sleep(attempt * 200);
    }
  }
}

async function readLog(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
