import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { tokens } from '../store/schema/identity.ts';
import { roleAliases } from './authorize.ts';
import { CredentialRefused } from './credential-refused.ts';
import type { Principal } from './principal.ts';
import { secretFits, tokenIdOf } from './token-secret.ts';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Whoever holds this machine token. One query by primary key and nothing cached, so that a revoked token is refused by every process
 * at once. Throws CredentialRefused, store_unavailable.
 */
export async function tokenPrincipal(database: Database, secret: string, now: number): Promise<Principal> {
  const id = tokenIdOf(secret);
  if (id === null) throw new CredentialRefused('This is not a token.', { reason: 'malformed' });
  const [row] = await read(database, (db) => db.select().from(tokens).where(eq(tokens.id, id)));
  if (!secretFits(secret, row?.secretHash) || row === undefined)
    throw new CredentialRefused('There is no such token.', { reason: 'unknown_token' });
  const { organisation, name, grants, expiresAt, revokedAt, lastUsedAt } = row;
  const about = { organisation, subject: { type: 'token', id } } as const;
  if (revokedAt !== null) throw new CredentialRefused('The token has been revoked.', { reason: 'revoked', ...about });
  if (expiresAt !== null && expiresAt.getTime() <= now)
    throw new CredentialRefused('The token has expired.', { reason: 'expired', ...about });
  if (lastUsedAt === null || lastUsedAt.getTime() < now - HOUR_MS) await used(database, id, now);
  return { kind: 'token', id: `token:${id}`, name, organisation, grants, aliases: roleAliases(grants) };
}

/** Of many requests at once one writes. No record: what a token does is recorded where it does it. */
async function used(database: Database, id: string, now: number): Promise<void> {
  const stale = or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, new Date(now - HOUR_MS)));
  await read(database, (db) =>
    db
      .update(tokens)
      .set({ lastUsedAt: new Date(now) })
      .where(and(eq(tokens.id, id), stale)),
  );
}
