import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from '../../temporal/folder-lock.ts';
import { randomKeyIn } from './keys.ts';

/** Where `weir dev` keeps what must outlive it. One process at a time has it. */
export interface StateFolder {
  /** Temporal's database: executions and their histories. */
  readonly temporalFile: string;
  /** Large values, by content. */
  readonly payloads: string;
  /** Descriptions of adapters that executions are pinned to. */
  readonly pins: string;
  /** The embedded PostgreSQL's data. */
  readonly postgres: string;
  /** Key that signs audit checkpoints (PEM); made when it is first asked for. */
  readonly auditKeyFile: string;
  /** Copies of audit checkpoints outside of the database, a line each. */
  readonly auditCheckpoints: string;
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
    postgres: join(path, 'postgres'),
    auditKeyFile: join(path, 'audit.key'),
    auditCheckpoints: join(path, 'audit-checkpoints.jsonl'),
    callbackKey: await randomKeyIn(join(path, 'callback.key')),
    release: () => rm(folder === undefined ? path : lock, { recursive: true, force: true }),
  };
}
