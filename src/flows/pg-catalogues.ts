import { createHash } from 'node:crypto';
import { and, desc, eq } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import type { CatalogueAction } from '../dsl/compile-environment.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { sqlState } from '../store/store-problem.ts';
import { actionCatalogues } from '../store/schema/flows.ts';
import type { Catalogues } from './catalogues.ts';
import { announce } from './flow-announcements.ts';
import type { FlowCache } from './flow-cache.ts';
import { readActionCatalogue } from './read-action-catalogue.ts';

/** Name of the catalogue's file in messages. */
const FILE = 'actions.yaml';

export interface StoredCatalogue {
  readonly source: string;
  readonly hash: string;
  readonly revision: number;
  readonly actions: Readonly<Record<string, CatalogueAction>>;
}

/** The organisation's action catalogue in the database; every revision is kept. */
export function createPgCatalogues({
  database,
  cache,
}: {
  readonly database: Database;
  readonly cache: Pick<FlowCache, 'forget'>;
}): (context: AuditContext) => Catalogues {
  return (context) => {
    const { organisation } = context.principal;
    return {
      get: () =>
        read(database, async (db) => {
          const found = await selectCatalogue(db, organisation);
          return found === null ? null : { source: found.source, hash: found.hash, revision: found.revision };
        }),
      async put(source) {
        const { problems } = readActionCatalogue(FILE, source);
        if (problems.length > 0)
          throw new Problem('invalid_request', `The catalogue is not valid: ${problems.join('; ')}.`);
        try {
          return await change(database, context, async (tx, record) => {
            const latest = await selectCatalogue(tx, organisation);
            const hash = sourceHash(source);
            if (latest?.hash === hash) return { hash, revision: latest.revision, created: false };
            const revision = await insertCatalogue(tx, context, { source, after: latest?.revision ?? 0 });
            record({
              action: 'catalogue.update',
              subject: { type: 'catalogue', id: 'actions' },
              details: { revision, hash },
            });
            return { hash, revision, created: true };
          });
        } catch (error) {
          if (sqlState(error) === '23505')
            throw new Problem('version_conflict', 'Somebody else has changed the catalogue in this moment.', {
              cause: error,
            });
          throw error;
        } finally {
          cache.forget({ organisation, flow: null });
        }
      },
    };
  };
}

/** The catalogue that counts, or null when there was never one. */
export async function selectCatalogue(db: Queries, organisation: string): Promise<StoredCatalogue | null> {
  const [latest] = await db
    .select({
      source: actionCatalogues.source,
      hash: actionCatalogues.hash,
      revision: actionCatalogues.revision,
    })
    .from(actionCatalogues)
    .where(and(eq(actionCatalogues.organisation, organisation)))
    .orderBy(desc(actionCatalogues.revision))
    .limit(1);
  return latest === undefined ? null : { ...latest, actions: readActionCatalogue(FILE, latest.source).actions };
}

/** Stores the next revision; another one at the same moment breaks the primary key (23505). */
export async function insertCatalogue(
  tx: Queries,
  { principal, now }: AuditContext,
  { source, after }: { readonly source: string; readonly after: number },
): Promise<number> {
  const { organisation } = principal;
  await tx.insert(actionCatalogues).values({
    organisation,
    revision: after + 1,
    source,
    hash: sourceHash(source),
    createdAt: new Date(now),
    createdBy: principal.id,
  });
  await announce(tx, { organisation, flow: null });
  return after + 1;
}

/** SHA-256 (hex) of the catalogue's text. */
export const sourceHash = (source: string): string => createHash('sha256').update(source).digest('hex');
