import { and, asc, eq } from 'drizzle-orm';
import { manifestOf } from '../adapters/from-manifest/index.ts';
import type { AdapterSpec } from '../adapters/from-manifest/spec.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { AuditContext } from '../audit/entry.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { adapterManifests } from '../store/schema/flows.ts';
import { sqlState } from '../store/store-problem.ts';
import type { AdapterManifests, AdapterSource } from './adapter-manifests.ts';
import { announce } from './flow-announcements.ts';
import type { FlowCache } from './flow-cache.ts';
import { readAdapter } from './read-adapter.ts';

export interface PgAdapterManifestsDeps {
  readonly database: Database;
  readonly cache: Pick<FlowCache, 'forget'>;
  readonly codedAdapters: () => ReadonlyMap<string, AdapterManifest>;
}

/** Descriptions of adapters in the database. Every one that ever counted stays, for the flow versions that are pinned to it. */
export function createPgAdapterManifests({
  database,
  cache,
  codedAdapters,
}: PgAdapterManifestsDeps): (context: AuditContext) => AdapterManifests {
  return (context) => {
    const { organisation } = context.principal;
    const sources = () => read(database, (db) => selectAdapterSources(db, organisation));
    return {
      sources,
      source: async (name) => (await sources()).find((one) => one.name === name) ?? null,
      async put(name, source) {
        const { spec, faults } = readAdapter(source, (one) => codedAdapters().has(one));
        if (spec === undefined)
          throw new Problem(
            'invalid_request',
            `The adapter is not valid: ${faults.map(({ message, line }) => `line ${line}: ${message}`).join('; ')}.`,
            { errors: faults.map(({ message, path }) => ({ code: 'invalid_adapter', message, path })) },
          );
        if (spec.name !== name)
          throw new Problem('invalid_request', `The body describes the adapter ${spec.name}, not ${name}.`);
        const manifest = manifestOf(spec);
        try {
          const created = await change(database, context, async (tx, record) => {
            const current = (await selectAdapterSources(tx, organisation)).find((one) => one.name === name);
            if (current?.hash === manifest.hash) return false;
            await putAdapter(tx, context, { spec, source });
            record({
              action: current === undefined ? 'adapter.create' : 'adapter.update',
              subject: { type: 'adapter', id: name },
              details: { version: manifest.version, hash: manifest.hash },
            });
            return true;
          });
          return { manifest, created };
        } catch (error) {
          if (sqlState(error) !== '23505') throw error;
          throw new Problem('version_conflict', `Somebody else has changed the adapter ${name} in this moment.`, {
            cause: error,
          });
        } finally {
          cache.forget({ organisation, flow: null });
        }
      },
    };
  };
}

/** The descriptions that count now, by name. */
export async function selectAdapterSources(db: Queries, organisation: string): Promise<readonly AdapterSource[]> {
  return db
    .select({
      name: adapterManifests.name,
      version: adapterManifests.version,
      source: adapterManifests.source,
      hash: adapterManifests.hash,
    })
    .from(adapterManifests)
    .where(and(eq(adapterManifests.organisation, organisation), eq(adapterManifests.current, true)))
    .orderBy(asc(adapterManifests.name));
}

/** Makes a description the one that counts; one that counted before can come back. Another one at the same moment breaks a unique index (23505). */
export async function putAdapter(
  tx: Queries,
  { principal, now }: AuditContext,
  { spec, source }: { readonly spec: AdapterSpec; readonly source: string },
): Promise<void> {
  const { organisation } = principal;
  const { name, version, hash } = manifestOf(spec);
  await tx
    .update(adapterManifests)
    .set({ current: false })
    .where(
      and(
        eq(adapterManifests.organisation, organisation),
        eq(adapterManifests.name, name),
        eq(adapterManifests.current, true),
      ),
    );
  await tx
    .insert(adapterManifests)
    .values({
      organisation,
      hash,
      name,
      version,
      source,
      spec,
      current: true,
      createdAt: new Date(now),
      createdBy: principal.id,
    })
    .onConflictDoUpdate({
      target: [adapterManifests.organisation, adapterManifests.hash],
      set: { current: true, source },
    });
  await announce(tx, { organisation, flow: null });
}
