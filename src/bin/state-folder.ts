import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from '../../temporal/folder-lock.ts';

/** Where `weir dev` keeps what must outlive it. One process at a time has it. */
export interface StateFolder {
  /** Temporal's database: executions and their histories. */
  readonly temporalFile: string;
  /** Large values, by content. */
  readonly payloads: string;
  /** Descriptions of adapters that executions are pinned to. */
  readonly pins: string;
  /** Key of callback tokens; made once, readable by the owner alone. */
  readonly callbackKey: string;
  /** Gives the folder free; removes an ephemeral one. */
  readonly release: () => Promise<void>;
}

/**
 * Opens `folder`, or a temporary one that is removed at the end when none is given. Throws when another process has it.
 * The folder gets a .gitignore of its own, since it usually lies in a repository.
 */
export async function openStateFolder(folder?: string): Promise<StateFolder> {
  const path = folder ?? (await mkdtemp(join(tmpdir(), 'weir-dev-')));
  await mkdir(path, { recursive: true, mode: 0o700 });
  const lock = join(path, 'lock');
  if (!(await tryLock(lock))) {
    const [pid] = (await readFile(join(lock, 'pid'), 'utf8').catch(() => '?')).split(' ');
    throw new Error(
      `Another weir dev (process ${pid}) uses ${path}. Stop it, name another folder with --state, or use --ephemeral.`,
    );
  }
  await writeFile(join(path, '.gitignore'), '*\n');
  return {
    temporalFile: join(path, 'temporal.db'),
    payloads: join(path, 'payloads'),
    pins: join(path, 'adapters'),
    callbackKey: await keyIn(join(path, 'callback.key')),
    release: () => rm(folder === undefined ? path : lock, { recursive: true, force: true }),
  };
}

async function keyIn(file: string): Promise<string> {
  try {
    await writeFile(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFile(file, 'utf8');
}
