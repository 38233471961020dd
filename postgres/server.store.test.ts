import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type PostgresOptions, type PostgresServer, startPostgres } from './server.ts';

const AS_ROOT = process.getuid?.() === 0;
let room: string;
let dataDir: string;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'weir-postgres-test-'));
  // mkdtemp closes the folder; root's PostgreSQL runs as another user, who must get through.
  dataDir = join(room, 'state', 'data');
  if (AS_ROOT) await chmod(room, 0o711);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  await rm(room, { recursive: true, force: true });
});

const ENV = { ...process.env, DATABASE_URL: undefined };

async function start(options: Partial<PostgresOptions> = {}): Promise<PostgresServer> {
  const server = await startPostgres({ env: ENV, log: () => undefined, dataDir, ...options });
  cleanUps.push(server.stop);
  return server;
}

/** The server under another process, which stands for Weir and can be killed. */
async function startElsewhere(): Promise<{ url: string; parent: ChildProcess }> {
  const script = join(room, 'parent.mts');
  await writeFile(
    script,
    `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'server.ts'))};
     const { url } = await startPostgres({ env: process.env, log() {}, dataDir: ${JSON.stringify(dataDir)} });
     console.log(url);
     setInterval(() => {}, 1000);`,
  );
  const parent = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(async () => parent.kill('SIGKILL'));
  const [url] = await once(createInterface({ input: parent.stdout }), 'line');
  return { url: String(url), parent };
}

function connect(url: string): postgres.Sql {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  cleanUps.push(() => sql.end({ timeout: 0 }));
  return sql;
}

async function keep(url: string): Promise<void> {
  await connect(url).unsafe('CREATE TABLE kept AS SELECT 42 AS answer');
}
const kept = async (url: string) =>
  (await connect(url)`SELECT answer FROM kept`).map(({ answer }) => answer as unknown);

async function postmasterPid(): Promise<number> {
  return Number((await readFile(join(await realpath(dataDir), 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function isGone(pid: number, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(50)) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
  }
  return false;
}

test('data are there again after a restart, durable and closed to others', async () => {
  const first = await start();
  await keep(first.url);
  const [settings] = await connect(first.url)`
    SELECT current_setting('fsync') AS fsync, current_setting('listen_addresses') AS listens,
      current_setting('unix_socket_directories') AS sockets, current_setting('server_encoding') AS encoding`;
  expect(settings).toEqual({ fsync: 'on', listens: '127.0.0.1', sockets: '', encoding: 'UTF8' });
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
  expect(first.logFile).toBe(`${dataDir}.log`);
  await first.stop();
  await first.stop();

  const second = await start();
  expect(await kept(second.url)).toEqual([42]);
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
});

test('only the password opens the door', async () => {
  const { url } = await start();
  const wrong = new URL(url);
  wrong.password = 'guessed';
  await expect(connect(wrong.href)`SELECT 1`).rejects.toMatchObject({ code: '28P01' });
});

test('without a folder nothing stays behind, and settings are heeded', async () => {
  const { url, stop } = await startPostgres({ env: ENV, log: () => undefined, settings: { max_connections: '17' } });
  cleanUps.push(stop);
  const [row] = await connect(
    url,
  )`SELECT current_setting('data_directory') AS at, current_setting('max_connections') AS max`;
  expect(row).toMatchObject({ max: '17' });
  await access(dirname(String(row?.at)));
  await stop();
  await expect(access(dirname(String(row?.at)))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('stop does not wait for a client in a transaction', async () => {
  const server = await start();
  const idle = await connect(server.url).reserve();
  await idle`BEGIN`;
  const pid = await postmasterPid();
  const begun = Date.now();
  await server.stop();
  expect(Date.now() - begun).toBeLessThan(10_000);
  expect(await isGone(pid, 1)).toBe(true);
});

test('a parent killed by SIGKILL leaves no server, whoever is connected, and the next start has the data', async () => {
  const { url, parent } = await startElsewhere();
  await keep(url);
  const idle = await connect(url).reserve();
  await idle`BEGIN`;
  const pid = await postmasterPid();
  parent.kill('SIGKILL');
  expect(await isGone(pid, 15_000)).toBe(true);
  const next = await start();
  expect(await kept(next.url)).toEqual([42]);
});

test('a start just after the kill waits for the server that is still ending', async () => {
  const { url, parent } = await startElsewhere();
  await keep(url);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  const next = await start();
  expect(await kept(next.url)).toEqual([42]);
});

test('a server whose guards were killed too is ended by the next start', async () => {
  const { url, parent } = await startElsewhere();
  await keep(url);
  const pid = await postmasterPid();
  const wrapper = await parentOf(pid);
  const guard = await parentOf(wrapper);
  // All of them but the server: the guard, its watcher and the wrapper.
  const guards = [...(await childrenOf(guard)), guard];
  // Stopped first: none of them must see another one die and end the server in its last moment.
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
    for (const each of guards) if (!(await isGone(each, 1))) process.kill(each, signal);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await sleep(500);
  expect(await isGone(pid, 1)).toBe(false);

  const lines: string[] = [];
  const next = await start({ log: (line) => lines.push(line) });
  expect(lines).toEqual([expect.stringContaining(`process ${pid}`)]);
  expect(await postmasterPid()).not.toBe(pid);
  expect(await kept(next.url)).toEqual([42]);
});

test('a killed server is told as lost, and the next start recovers what was committed', async () => {
  const server = await start();
  await keep(server.url);
  process.kill(await postmasterPid(), 'SIGKILL');
  await server.lost;
  await server.stop();
  expect(await kept((await start()).url)).toEqual([42]);
});

test('a process id left behind that now belongs to another process does not hinder', async () => {
  const server = await start();
  await keep(server.url);
  const file = await readFile(join(dataDir, 'postmaster.pid'), 'utf8');
  await server.stop();
  // A process of the very user that PostgreSQL runs as: only those PostgreSQL itself takes for a server.
  const { uid, gid } = await stat(dataDir);
  const other = spawn('sleep', ['60'], { stdio: 'ignore', ...(AS_ROOT && { uid, gid }) });
  cleanUps.push(async () => other.kill());
  await writeFile(join(dataDir, 'postmaster.pid'), file.replace(/^\d+/, String(other.pid)));
  expect(await kept((await start()).url)).toEqual([42]);
  expect(other.exitCode).toBe(null);
});

test('a second server on the same data is refused, here and in another process', async () => {
  const mine = await start();
  await expect(start()).rejects.toThrow('Another process runs PostgreSQL on');
  await keep(mine.url);
  await mine.stop();
  const { url } = await startElsewhere();
  await expect(start()).rejects.toThrow('Another process runs PostgreSQL on');
  expect(await kept(url)).toEqual([42]);
});

test('a port that is taken is told', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  cleanUps.push(async () => holder.close());
  const address = holder.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  await expect(start({ port: address.port })).rejects.toThrow(/could not bind IPv4 address/);
  expect(await readdir(dirname(dataDir))).not.toContain('data.lock');
});

test('a folder with something else in it is refused and left alone', async () => {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, 'thesis.txt'), 'years of work');
  await expect(start()).rejects.toThrow('neither empty nor a PostgreSQL data folder');
  expect(await readdir(dataDir)).toEqual(['thesis.txt']);
});

test('data without their password say how to go on', async () => {
  await (await start()).stop();
  await rm(`${dataDir}.password`);
  await expect(start()).rejects.toThrow(`${dataDir}.password`);
});

test('data of another major version are told', async () => {
  await (await start()).stop();
  await writeFile(join(dataDir, 'PG_VERSION'), '14\n');
  await expect(start()).rejects.toThrow('are of PostgreSQL 14');
});

test('a cluster that was not finished is begun again', async () => {
  await mkdir(`${dataDir}.new/base`, { recursive: true });
  await keep((await start()).url);
  expect(await readdir(dirname(dataDir))).not.toContain('data.new');
});

test('a folder without PostgreSQL is told, and the data are not begun', async () => {
  await expect(start({ env: { ...ENV, WEIR_POSTGRES_BIN: room } })).rejects.toThrow('WEIR_POSTGRES_BIN');
  await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a server given by DATABASE_URL is used and left alone', async () => {
  const url = inject('databaseUrl');
  const server = await startPostgres({ env: { DATABASE_URL: url }, log: () => undefined, dataDir });
  expect(server.url).toBe(url);
  await server.stop();
  expect(await connect(url)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  await expect(access(dirname(dataDir))).rejects.toMatchObject({ code: 'ENOENT' });
});

// Only root's PostgreSQL runs as somebody else who may be shut out.
test.runIf(AS_ROOT)('data under a closed folder are kept where the user of PostgreSQL can reach them', async () => {
  const closed = join(room, 'closed');
  await mkdir(closed, { mode: 0o700 });
  dataDir = join(closed, 'data');
  const first = await start();
  const place = dirname(await realpath(dataDir));
  cleanUps.push(() => rm(place, { recursive: true, force: true }));
  expect(place).toMatch(/^\/var\/lib\/weir\/postgres-/);
  await keep(first.url);
  await first.stop();
  expect(await kept((await start()).url)).toEqual([42]);
  expect(dirname(await realpath(dataDir))).toBe(place);
  expect((await stat(closed)).mode & 0o777).toBe(0o700);
});

async function ps(...args: string[]): Promise<number[]> {
  const child = spawn('ps', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(Number(line));
  return lines;
}
async function parentOf(pid: number): Promise<number> {
  const [parent] = await ps('-o', 'ppid=', '-p', String(pid));
  if (parent === undefined || parent <= 1) throw new Error(`process ${pid} has no parent`);
  return parent;
}
async function childrenOf(pid: number): Promise<number[]> {
  return ps('-o', 'pid=', '--ppid', String(pid));
}
