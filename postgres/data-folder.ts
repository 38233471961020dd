import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Account, identity, mayAccess, unprivilegedAccount } from './account.ts';

export interface DataFolder {
  /** What `postgres -D` gets. */
  readonly path: string;
  /** Beside it. */
  readonly passwordFile: string;
  readonly logFile: string;
  readonly lock: string;
  /** Who PostgreSQL runs as and whom the data belong to; undefined: this process's user. */
  readonly account: Account | undefined;
  /** Holds all of the above and is to be removed at the end; only for a temporary folder. */
  readonly room?: string;
}

/** Kept where root's data go when the account that PostgreSQL runs as can't reach the asked place. Survives a reboot, unlike the temporary folder. */
const ROOTS_DATA = '/var/lib/weir';

/**
 * Finds or makes the place of the data: the asked folder, or a temporary one. As root, a folder that the PostgreSQL
 * account can't reach (the home of root is closed to all others) becomes a link to one in /var/lib/weir.
 */
export async function openDataFolder(asked: string | undefined, log: (line: string) => void): Promise<DataFolder> {
  if (asked === undefined) return temporary();
  const wanted = resolve(asked);
  await mkdir(dirname(wanted), { recursive: true });
  const found = await realpath(wanted).catch(() => wanted);
  const owner = await stat(found).catch(() => undefined);
  const account = await unprivilegedAccount(owner?.uid);
  if (account === undefined || mayAccess(account, '-x', dirname(found))) return at(found, account);

  if (owner !== undefined && (await readdir(found)).length > 0) {
    throw new Error(`${found} holds data, but the user ${account.name} can't reach it to run PostgreSQL there`);
  }
  await mkdir(ROOTS_DATA, { recursive: true });
  await chmod(ROOTS_DATA, 0o755);
  const room = await mkdtemp(join(ROOTS_DATA, 'postgres-'));
  await chown(room, account.uid, account.gid);
  const path = join(room, 'data');
  await mkdir(path);
  await rm(wanted, { recursive: true, force: true });
  await symlink(path, wanted);
  log(`keeping the data in ${path}, for the user ${account.name} can't reach ${dirname(found)}`);
  return at(path, account);
}

/**
 * Makes a database cluster if the folder has none. Whole or not at all: one that was interrupted starts again.
 * Returns the password of the superuser `weir`.
 */
export async function initialise(
  folder: DataFolder,
  { initdb, durable }: { initdb: string; durable: boolean },
): Promise<string> {
  const { path, passwordFile, account } = folder;
  const entries = await readdir(path).catch(nothingThere);
  if (entries.includes('PG_VERSION')) {
    await checkVersion(folder, initdb);
    return readPassword(folder);
  }
  if (entries.length > 0) throw new Error(`${path} is neither empty nor a PostgreSQL data folder`);

  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await own(passwordFile, account);
  const draft = `${path}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await own(draft, account);
  const args = ['-D', draft, '-U', 'weir', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '-E', 'UTF8'];
  const options = ['--locale=C', '--no-instructions', ...(durable ? [] : ['--no-sync'])];
  await promisify(execFile)(initdb, [...args, ...options], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    ...identity(account),
  }).catch((error: { stderr?: string }) => {
    throw new Error(`The PostgreSQL data folder can't be made: ${error.stderr?.trim()}`, { cause: error });
  });
  await rename(draft, path);
  return password;
}

/** PostgreSQL's own words for it would be about whatever setting it stumbles over first. */
async function checkVersion({ path, account }: DataFolder, initdb: string): Promise<void> {
  const written = (await readFile(join(path, 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await promisify(execFile)(initdb, ['--version'], { cwd: '/', ...identity(account) });
  const running = /\d+/.exec(stdout)?.[0];
  if (written === running) return;
  throw new Error(
    `The data in ${path} are of PostgreSQL ${written}, and ${initdb} is of ${running}. Use the programs that made them, or move them over by pg_dump`,
  );
}

async function readPassword({ path, passwordFile }: DataFolder): Promise<string> {
  try {
    return (await readFile(passwordFile, 'utf8')).trim();
  } catch (cause) {
    throw new Error(
      `The password of the data in ${path} can't be read: ${passwordFile}. Bring it back, or move the data away to begin anew`,
      { cause },
    );
  }
}

async function temporary(): Promise<DataFolder> {
  const account = await unprivilegedAccount();
  const parent = mayAccess(account, '-x', tmpdir()) ? tmpdir() : '/tmp';
  const room = await mkdtemp(join(await realpath(parent), 'weir-postgres-'));
  await own(room, account);
  return { ...at(join(room, 'data'), account), room };
}

function at(path: string, account: Account | undefined): DataFolder {
  return { path, passwordFile: `${path}.password`, logFile: `${path}.log`, lock: `${path}.lock`, account };
}

function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function own(path: string, account: Account | undefined): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid);
}
