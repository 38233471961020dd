import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { flowIdentity } from '../../flows/flow-identity.ts';
import { usageError } from '../cli-error.ts';
import { expandFiles } from '../files/expand-files.ts';
import { isTestFile } from '../files/flow-files.ts';

/** What a file of a folder is, as the server names it: `flow pay`, `adapter stripe`, `catalogue actions`. */
export type ItemKey = string;
export interface LocalFile {
  readonly path: string;
  readonly content: string;
  /** The version that a flow says it is, if it does. */
  readonly version: string | null;
}

export const itemKey = (kind: string, name: string): ItemKey =>
  kind === 'catalogue' ? 'catalogue' : `${kind} ${kind === 'flow' ? name.replaceAll('_', '-') : name}`;

/** The flows, adapter files and action catalogues in and under a folder, several of one name included. None when there is no folder. */
export async function localFiles(folder: string): Promise<ReadonlyMap<ItemKey, readonly LocalFile[]>> {
  const found = new Map<ItemKey, LocalFile[]>();
  const info = await stat(folder).catch(() => null);
  if (info === null) return found;
  if (!info.isDirectory()) throw usageError(`${folder} is no folder.`);
  const files = await expandFiles({ cwd: folder, patterns: [folder], wanted: (name) => /\.(ya?ml|json)$/i.test(name) });
  for (const { path } of files) {
    if (isTestFile(path)) continue;
    const content = await readFile(path, 'utf8');
    const known = keyOf(path, content);
    if (known === null) continue;
    found.set(known.key, [...(found.get(known.key) ?? []), { path, content, version: known.version }]);
  }
  return found;
}

function keyOf(path: string, content: string): { key: ItemKey; version: string | null } | null {
  if (/^actions\.ya?ml$/i.test(basename(path))) return { key: itemKey('catalogue', ''), version: null };
  if (basename(dirname(path)) === 'adapters' && /\.ya?ml$/i.test(path)) {
    const name = /^name:\s*["']?([^"'\s#]+)/m.exec(content)?.[1] ?? basename(path).replace(/\.ya?ml$/i, '');
    return { key: itemKey('adapter', name), version: null };
  }
  const flow = flowIdentity(content);
  return flow === null ? null : { key: itemKey('flow', flow.name), version: flow.version };
}

/** Path below `folder` for something that is not there yet. Null for a name that is no plain file name: nothing leaves the folder. */
export function newPath(folder: string, item: { kind: string; name: string; json: boolean }): string | null {
  if (item.kind === 'catalogue') return join(folder, 'actions.yaml');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(item.name)) return null;
  const path =
    item.kind === 'adapter'
      ? join(folder, 'adapters', `${item.name}.yaml`)
      : item.kind === 'flow'
        ? join(folder, `${item.name}.flow.${item.json ? 'json' : 'yaml'}`)
        : null;
  // A second guard, should the pattern ever be widened.
  return path === null || relative(folder, path).startsWith('..') ? null : path;
}
