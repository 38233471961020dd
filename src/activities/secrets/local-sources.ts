import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Source = (name: string) => Promise<string | undefined>;

/** `WEIR_SECRET_<NAME>` of an environment that a composition root gives. */
export function envSecrets(env: Readonly<Record<string, string | undefined>>): Source {
  return async (name) => env[`WEIR_SECRET_${name}`];
}

/** One file for each secret, named like it (as Docker and Kubernetes mount them). A line break at the end is not part of it. */
export function fileSecrets(folder: string): Source {
  return async (name) => {
    try {
      return (await readFile(join(folder, name), 'utf8')).replace(/\r?\n$/, '');
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
        return undefined;
      throw error;
    }
  };
}
