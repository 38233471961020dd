import { and, eq } from 'drizzle-orm';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { Queries } from '../store/database.ts';
import { flows, flowVersions } from '../store/schema/flows.ts';
import { selectManifests } from './flow-queries.ts';
import type { LockedFlow } from './flow-rows.ts';
import { selectCatalogue, type StoredCatalogue } from './pg-catalogues.ts';
import { newestFirst } from './version-history.ts';

/** What the server has, as an import is held against it. */
export interface ImportState {
  /** Archived ones too. */
  readonly flows: ReadonlyMap<string, LockedFlow>;
  /** Described ones, by name. */
  readonly adapters: ReadonlyMap<string, AdapterManifest>;
  readonly catalogue: StoredCatalogue | null;
}

/** Reads it all, past the cache: a plan must not rest on what was there a moment ago. */
export async function selectImportState(db: Queries, organisation: string): Promise<ImportState> {
  const rows = await db
    .select({
      id: flows.id,
      name: flows.name,
      category: flows.category,
      archivedAt: flows.archivedAt,
      version: flowVersions.version,
      hash: flowVersions.hash,
    })
    .from(flows)
    .innerJoin(flowVersions, and(eq(flowVersions.organisation, flows.organisation), eq(flowVersions.flowId, flows.id)))
    .where(eq(flows.organisation, organisation));
  const found = new Map<string, LockedFlow & { versions: { version: string; hash: string }[] }>();
  for (const { archivedAt, version, hash, ...row } of rows) {
    const known = found.get(row.name) ?? { ...row, archived: archivedAt !== null, versions: [] };
    known.versions.push({ version, hash });
    found.set(row.name, known);
  }
  for (const { versions } of found.values()) versions.sort(newestFirst);
  const adapters = (await selectManifests(db, organisation)).map((manifest) => [manifest.name, manifest] as const);
  return { flows: found, adapters: new Map(adapters), catalogue: await selectCatalogue(db, organisation) };
}
