import { and, eq, lt, sql } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { sessions, users } from '../store/schema/identity.ts';
import { CredentialRefused } from './credential-refused.ts';
import type { Principal } from './principal.ts';
import { hashSecret } from './token-secret.ts';
import { userPrincipal } from './user-principal.ts';

/** A session ends this long after login, whatever happens in it, ms. */
export const SESSION_MS = 12 * 60 * 60 * 1000;
/** And this long after the last request, ms. */
export const IDLE_MS = 2 * 60 * 60 * 1000;
/** How exactly the last request is known, ms: a session lives for IDLE_MS at least, this much longer at most. */
const SEEN_EVERY_MS = 5 * 60 * 1000;
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** Whose browser session this is. Nothing is cached: an ended session is refused by every process at once. Throws CredentialRefused, store_unavailable. */
export async function sessionPrincipal(database: Database, secret: string, now: number): Promise<Principal> {
  if (!FORM.test(secret)) throw new CredentialRefused('This is not a session.', { reason: 'malformed' });
  const idHash = hashSecret(secret);
  const [row] = await read(database, (db) =>
    db
      .select({ session: sessions, user: users })
      .from(sessions)
      .innerJoin(users, and(eq(users.organisation, sessions.organisation), eq(users.id, sessions.userId)))
      .where(eq(sessions.idHash, idHash)),
  );
  if (row === undefined) throw new CredentialRefused('The session has ended: log in again.', { reason: 'no_session' });
  const { session, user } = row;
  if (session.expiresAt.getTime() <= now || session.lastSeenAt.getTime() <= now - IDLE_MS - SEEN_EVERY_MS)
    throw new CredentialRefused('The session has expired: log in again.', {
      reason: 'expired',
      organisation: user.organisation,
      subject: { type: 'user', id: user.id },
    });
  if (session.lastSeenAt.getTime() < now - SEEN_EVERY_MS)
    await read(database, (db) =>
      db
        .update(sessions)
        .set({ lastSeenAt: new Date(now) })
        .where(
          and(
            eq(sessions.idHash, idHash),
            lt(sessions.lastSeenAt, sql`${new Date(now - SEEN_EVERY_MS).toISOString()}::timestamptz`),
          ),
        ),
    );
  const { organisation, issuer, subject, name } = user;
  return userPrincipal(database, { organisation, issuer, subject, name, ...session.claims }, now);
}
