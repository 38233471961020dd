import { manifestOf } from '../adapters/from-manifest/index.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { FolderFile } from './folder-import.ts';
import { folderFault, importItem, type PlannedItem } from './import-item.ts';
import { readAdapter } from './read-adapter.ts';

export interface PlannedAdapters {
  readonly items: readonly PlannedItem[];
  /** Described adapters as they will be. */
  readonly adapters: ReadonlyMap<string, AdapterManifest>;
}

/** What becomes of adapter files, and of the adapters that only the server has. */
export function planAdapters(
  files: readonly FolderFile[],
  {
    current,
    isCoded,
    admin,
  }: {
    readonly current: ReadonlyMap<string, AdapterManifest>;
    readonly isCoded: (name: string) => boolean;
    readonly admin: boolean;
  },
): PlannedAdapters {
  const items: PlannedItem[] = [];
  const adapters = new Map(current);
  const fileOf = new Map<string, string>();
  for (const { path, content } of files) {
    const { spec, faults } = readAdapter(content, isCoded);
    if (spec === undefined) {
      const diagnostics = faults.map(folderFault);
      items.push({ item: importItem({ path, kind: 'adapter', name: null, operation: 'invalid', diagnostics }) });
      continue;
    }
    const manifest = manifestOf(spec);
    const { name, version, hash } = manifest;
    const known = current.get(name);
    const base = { path, kind: 'adapter', name, version, hash, from: known?.version ?? null } as const;
    const twin = fileOf.get(name);
    if (twin !== undefined) {
      const reason = `${twin} describes the adapter ${name} too.`;
      items.push({ item: importItem({ ...base, operation: 'invalid', reason }) });
      continue;
    }
    fileOf.set(name, path);
    adapters.set(name, manifest);
    if (known?.hash === hash) items.push({ item: importItem({ ...base, operation: 'unchanged' }) });
    else if (!admin)
      items.push({
        item: importItem({ ...base, operation: 'forbidden', reason: 'Adapters need the permission org:admin.' }),
      });
    else
      items.push({
        item: importItem({ ...base, operation: known === undefined ? 'create' : 'update' }),
        task: { kind: 'adapter', spec, source: content, was: known?.hash ?? null },
      });
  }
  const kept = [...current.values()].filter(({ name }) => !fileOf.has(name));
  for (const { name, version, hash } of kept) {
    const reason = 'Only the server has it; adapters are not removed.';
    const item = importItem({
      path: null,
      kind: 'adapter',
      name,
      operation: 'keep',
      version,
      from: version,
      hash,
      reason,
    });
    items.push({ item });
  }
  return { items, adapters };
}
