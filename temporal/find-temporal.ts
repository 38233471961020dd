import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installTemporal } from './install-temporal.ts';

export interface FindTemporalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told once for each slow thing that is about to happen. */
  readonly log: (line: string) => void;
}

/**
 * The path of a `temporal` binary: on PATH, in the cache folder, or installed there now (download, else Go build).
 * Throws with what to do when none of these works.
 */
export async function findTemporal({ env, log }: FindTemporalOptions): Promise<string> {
  const cached = join(cacheFolder(env), 'temporal');
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'temporal'));
  for (const candidate of [...onPath, cached]) if (await isExecutable(candidate)) return candidate;
  await installTemporal({ target: cached, env, log });
  return cached;
}

/** `${XDG_CACHE_HOME:-~/.cache}/weir/bin` */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'weir', 'bin');
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
