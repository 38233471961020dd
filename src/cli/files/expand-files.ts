import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { usageError } from '../cli-error.ts';
import { globPattern, isGlob } from './glob-pattern.ts';

/** A file to work on; `named` tells that the command line names it itself, not by folder or pattern. */
export interface FoundFile {
  readonly path: string;
  readonly named: boolean;
}

/**
 * Files meant by paths, folders and globs (relative to `cwd`), each once, sorted within each argument.
 * A folder means the files in and under it that `wanted` (a file name) accepts. Dot folders and node_modules are skipped.
 * Throws a usage error for a path that does not exist and a pattern that matches nothing.
 */
export async function expandFiles(options: {
  cwd: string;
  patterns: readonly string[];
  wanted: (name: string) => boolean;
}): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const pattern of options.patterns) {
    for (const file of await expandOne(options.cwd, pattern, options.wanted)) {
      if (!found.has(file.path) || file.named) found.set(file.path, file);
    }
  }
  return [...found.values()];
}

async function expandOne(
  cwd: string,
  pattern: string,
  wanted: (name: string) => boolean,
): Promise<readonly FoundFile[]> {
  const path = resolve(cwd, pattern);
  const info = await stat(path).catch(() => null);
  if (info?.isFile()) return [{ path, named: true }];
  if (info?.isDirectory()) {
    const files = await walk(path);
    return files
      .filter((file) => wanted(file.slice(file.lastIndexOf(sep) + 1)))
      .map((file) => ({ path: file, named: false }));
  }
  if (!isGlob(pattern)) throw usageError(`There is no file or folder ${pattern}.`, `Looked for ${path}.`);
  const base = resolve(cwd, fixedFolder(pattern));
  const matcher = globPattern(slashed(relative(base, path)));
  const files = (await walk(base)).filter((file) => matcher.test(slashed(relative(base, file))));
  if (files.length === 0)
    throw usageError(`The pattern ${pattern} matches no file.`, 'Quote patterns, so that the shell leaves them alone.');
  return files.map((file) => ({ path: file, named: false }));
}

/** The folders of a pattern before its first wildcard. */
function fixedFolder(pattern: string): string {
  const parts = slashed(pattern).split('/');
  const end = parts.findIndex(isGlob);
  return parts.slice(0, end).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

async function walk(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await walk(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
