import { posix } from 'node:path';

/** What a file of a flow folder is, by its path (with `/`) alone: a flow or what may be one, the catalogue of actions, an adapter's description; null for the rest. */
export function folderFileKind(path: string): 'flows' | 'catalogues' | 'adapters' | null {
  const name = posix.basename(path);
  if (!/\.(ya?ml|json)$/.test(name) || /\.test\.ya?ml$/.test(name)) return null;
  if (/^actions\.ya?ml$/.test(name)) return 'catalogues';
  if (posix.basename(posix.dirname(path)) === 'adapters') return /\.ya?ml$/.test(name) ? 'adapters' : null;
  return name.endsWith('.json') && !name.endsWith('.flow.json') ? null : 'flows';
}
