import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { tokens } from '../store/schema/identity.ts';
import { roleAliases } from './authorize.ts';
import { CredentialRefused } from './credential-refused.ts';
import type { Grant, Principal } from './principal.ts';
import { secretFits, tokenIdOf } from './token-secret.ts';

const HOUR_MS = 60 * 60 * 1000;

interface Row {
  readonly organisation: string;
  readonly name: string;
  readonly secret_hash: Uint8Array;
  readonly grants: readonly Grant[];
  readonly revoked: boolean;
  /** ms since the epoch, as text. */
  readonly expires: string | null;
  readonly used: string | null;
}

/**
 * Whoever holds this machine token. One query by primary key and nothing cached, so that a revoked token is refused by every process
 * at once. Throws CredentialRefused, store_unavailable.
 */
export async function tokenPrincipal(database: Database, secret: string, now: number): Promise<Principal> {
  const id = tokenIdOf(secret);
  if (id === null) throw new CredentialRefused('This is not a token.', { reason: 'malformed' });
  // Every request comes by here: the driver's own queries are prepared, and take one round trip instead of two.
  const [row] = await read(
    database,
    () => database.sql<Row[]>`
      select organisation, name, secret_hash, grants, revoked_at is not null as revoked,
        extract(epoch from expires_at) * 1000 as expires, extract(epoch from last_used_at) * 1000 as used
      from tokens where id = ${id}`,
  );
  if (!secretFits(secret, row?.secret_hash) || row === undefined)
    throw new CredentialRefused('There is no such token.', { reason: 'unknown_token' });
  const { organisation, name, grants, revoked, expires, used } = row;
  const about = { organisation, subject: { type: 'token', id } } as const;
  if (revoked) throw new CredentialRefused('The token has been revoked.', { reason: 'revoked', ...about });
  if (expires !== null && Number(expires) <= now)
    throw new CredentialRefused('The token has expired.', { reason: 'expired', ...about });
  if (used === null || Number(used) < now - HOUR_MS) await noteUse(database, id, now);
  return { kind: 'token', id: `token:${id}`, name, organisation, grants, aliases: roleAliases(grants) };
}

/** Of many requests at once one writes. No record: what a token does is recorded where it does it. */
async function noteUse(database: Database, id: string, now: number): Promise<void> {
  const stale = or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, new Date(now - HOUR_MS)));
  await read(database, (db) =>
    db
      .update(tokens)
      .set({ lastUsedAt: new Date(now) })
      .where(and(eq(tokens.id, id), stale)),
  );
}
