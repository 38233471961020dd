import { and, eq, isNull } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { change } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { tokens } from '../store/schema/identity.ts';
import { newToken, revokeTokens, tokenCreated, tokenRevoked } from './create-tokens.ts';
import { lockAdmins } from './last-admin.ts';
import { type Grant, systemPrincipal } from './principal.ts';

/** Everything there is to permit. */
const OWNER_GRANTS: readonly Grant[] = [
  { role: 'admin', on: { kind: 'all' } },
  { role: 'auditor', on: { kind: 'all' } },
];
/** No principal that asks over HTTP has this id, so that nobody else's token is taken for the owner's. */
const MAKER = systemPrincipal('owner', '').id;

/**
 * Makes the first token of an organisation, `owner`, which may do everything and does not expire. Gives its secret, to be printed
 * once; null when it was made before, also if it has been revoked since. Safe for any number of boots at once. `renew`: revokes it
 * and makes another, for who lost it and has the database. Throws store_unavailable.
 */
export async function ensureOwnerToken(
  database: Database,
  organisation: string,
  { renew = false, now = Date.now }: { readonly renew?: boolean; readonly now?: () => number } = {},
): Promise<string | null> {
  const context: AuditContext = { principal: systemPrincipal('owner', organisation), requestId: null, now: now() };
  return change(database, context, async (tx, record) => {
    await lockAdmins(tx, organisation);
    const mine = and(eq(tokens.organisation, organisation), eq(tokens.createdBy, MAKER));
    const [before] = await tx.select({ id: tokens.id }).from(tokens).where(mine).limit(1);
    if (before !== undefined && !renew) return null;
    const valid = await tx
      .select({ id: tokens.id })
      .from(tokens)
      .where(and(mine, isNull(tokens.revokedAt)));
    const ids = valid.map(({ id }) => id);
    for (const row of await revokeTokens(tx, ids, { made: false, context })) record(tokenRevoked(row));
    const { row, secret } = ownerToken(organisation, context.now);
    await tx.insert(tokens).values(row);
    record(tokenCreated(row));
    return secret;
  });
}

/** An owner token that is not stored yet. */
export function ownerToken(organisation: string, now: number): ReturnType<typeof newToken> {
  return newToken({ name: 'owner', grants: OWNER_GRANTS, expiresAt: null, organisation, createdBy: MAKER, now });
}
