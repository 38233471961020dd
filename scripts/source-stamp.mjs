import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = ['src', 'temporal', 'postgres', 'scripts/build.mjs', 'package-lock.json', 'tsconfig.json'];

/**
 * A short name for the state of the sources, from sizes and times of change alone: a few milliseconds, as every start of
 * the command line computes it.
 * @param {string} root the checkout
 */
export function sourceStamp(root) {
  const hash = createHash('sha1');
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) return void hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`);
    for (const entry of readdirSync(join(root, path)).sort()) {
      if (!entry.endsWith('.test.ts') && entry !== 'testdata') visit(`${path}/${entry}`);
    }
  };
  ROOTS.forEach(visit);
  return hash.digest('hex').slice(0, 12);
}
