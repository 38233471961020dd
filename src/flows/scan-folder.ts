import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { folderFileKind } from './folder-file.ts';

/** The files of a flow folder that matter, by path relative to it (`/` on every system), with a mark that changes when the file does. */
export interface FolderListing {
  /** Flows, or what may be one. */
  readonly flows: ReadonlyMap<string, string>;
  /** Action catalogues, `actions.yaml`. */
  readonly catalogues: ReadonlyMap<string, string>;
  /** Adapter files, `adapters/*.yaml`. */
  readonly adapters: ReadonlyMap<string, string>;
  /** Every folder that was read. */
  readonly folders: readonly string[];
}

const MAX_FOLDERS = 1_000;
const MAX_FILES = 10_000;

/** Lists a folder recursively, without `node_modules` and what starts with a dot. A missing folder is empty. Throws beyond 10,000 files or 1,000 folders. */
export async function scanFolder(root: string): Promise<FolderListing> {
  const flows = new Map<string, string>();
  const catalogues = new Map<string, string>();
  const adapters = new Map<string, string>();
  const folders: string[] = [];
  const open = [root];
  for (let folder = open.shift(); folder !== undefined; folder = open.shift()) {
    folders.push(folder);
    if (folders.length > MAX_FOLDERS)
      throw new Error(`${root} has more than ${MAX_FOLDERS} folders; give Weir a folder of its own for flows`);
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) {
        open.push(path);
        continue;
      }
      const kind = folderFileKind(path.split(sep).join('/'));
      if (kind === null) continue;
      const mark = await markOf(path);
      if (mark !== null) ({ flows, catalogues, adapters })[kind].set(relative(root, path).split(sep).join('/'), mark);
      if (flows.size > MAX_FILES)
        throw new Error(`${root} has more than ${MAX_FILES} files; give Weir a folder of its own for flows`);
    }
  }
  return { flows, catalogues, adapters, folders };
}

async function entriesOf(folder: string): Promise<import('node:fs').Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

async function markOf(path: string): Promise<string | null> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isFile() ? `${found.mtimeNs}:${found.ctimeNs}:${found.size}:${found.ino}` : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** A file or folder that went away between two looks. */
export const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
