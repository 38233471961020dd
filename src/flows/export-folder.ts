import type { FlowScope } from '../auth/authorize.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import type { FlowFilter, FlowStore, FlowSummary } from './flow-store.ts';
import type { ExportedFile } from './folder-import.ts';
import { selectAdapterSources } from './pg-adapter-manifests.ts';
import { selectCatalogue } from './pg-catalogues.ts';

const PAGE = 200;

/** The latest version of every flow within `scope`, each exactly as it was stored, with the adapters and actions that they use. */
export async function exportFolder(
  { database, flowsOf }: { readonly database: Database; readonly flowsOf: (organisation: string) => FlowStore },
  {
    organisation,
    scope,
    filter,
  }: {
    readonly organisation: string;
    readonly scope: FlowScope;
    readonly filter: FlowFilter;
  },
): Promise<readonly ExportedFile[]> {
  const flows = flowsOf(organisation);
  const { adapters, catalogue } = await read(database, async (db) => ({
    adapters: await selectAdapterSources(db, organisation),
    catalogue: await selectCatalogue(db, organisation),
  }));
  const files: ExportedFile[] = adapters.map(({ name, version, source, hash }) => ({
    path: `adapters/${name}.yaml`,
    content: source,
    kind: 'adapter',
    name,
    version,
    hash,
  }));
  if (catalogue !== null) {
    const { source: content, hash, revision } = catalogue;
    files.push({ path: 'actions.yaml', content, kind: 'catalogue', name: 'actions', version: String(revision), hash });
  }
  for (let after: string | null = null; ; ) {
    const page: readonly FlowSummary[] = (await flows.page?.({ ...filter, scope, after, limit: PAGE })) ?? [];
    for (const { name, version } of page) {
      const flow = await flows.get(`${name}@${version}`);
      if (flow === undefined) continue; // archived in this moment
      const end = flow.mediaType === 'application/json' ? 'json' : 'yaml';
      files.push({ path: `${name}.flow.${end}`, content: flow.source, kind: 'flow', name, version, hash: flow.hash });
    }
    after = page.at(-1)?.name ?? null;
    if (page.length < PAGE) return files;
  }
}
