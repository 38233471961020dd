import { eq } from 'drizzle-orm';
import type { AdapterSpec } from '../adapters/from-manifest/spec.ts';
import { manifestHash } from '../adapters/manifest-hash.ts';
import type { PinStore } from '../adapters/pin-store.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { adapterManifests } from '../store/schema/flows.ts';
import { BoundedCache } from './bounded-cache.ts';

/** Characters of JSON in all descriptions that are kept in memory. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

/**
 * Descriptions of adapters as flow versions were checked against them, by hash: what a worker calls. Not by organisation: the
 * hash stands in the organisation's own flow version, and equal content is the same adapter for all. Descriptions never change,
 * so each is read once (and its schemas are compiled once) while there is room for it.
 */
export function createPgPinStore(database: Pick<Database, 'db'>): PinStore {
  const known = new BoundedCache<AdapterSpec>({ maxWeight: MAX_CHARACTERS });
  return {
    async get(hash) {
      const cached = known.get(hash);
      if (cached !== undefined) return cached;
      const [row] = await read(database, (db) =>
        db
          .select({ spec: adapterManifests.spec })
          .from(adapterManifests)
          .where(eq(adapterManifests.hash, hash))
          .limit(1),
      );
      if (row === undefined || manifestHash(row.spec) !== hash) return undefined;
      known.set(hash, row.spec, JSON.stringify(row.spec).length);
      return row.spec;
    },
  };
}
