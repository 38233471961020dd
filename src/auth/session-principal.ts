import { and, eq, lt } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { type SessionClaims, sessions } from '../store/schema/identity.ts';
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
interface Row {
  readonly organisation: string;
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly claims: SessionClaims;
  /** ms since the epoch, as text. */
  readonly expires: string;
  readonly seen: string;
}
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** Whose browser session this is. Nothing is cached: an ended session is refused by every process at once. Throws CredentialRefused, store_unavailable. */
export async function sessionPrincipal(database: Database, secret: string, now: number): Promise<Principal> {
  if (!FORM.test(secret)) throw new CredentialRefused('This is not a session.', { reason: 'malformed' });
  const idHash = hashSecret(secret);
  const [row] = await read(
    database,
    () => database.sql<Row[]>`
      select u.organisation, u.id, u.issuer, u.subject, u.name, s.claims,
        extract(epoch from s.expires_at) * 1000 as expires, extract(epoch from s.last_seen_at) * 1000 as seen
      from sessions s join users u on u.organisation = s.organisation and u.id = s.user_id
      where s.id_hash = ${idHash}`,
  );
  if (row === undefined) throw new CredentialRefused('The session has ended: log in again.', { reason: 'no_session' });
  const { organisation, id, issuer, subject, name, claims, expires, seen } = row;
  if (Number(expires) <= now || Number(seen) <= now - IDLE_MS - SEEN_EVERY_MS)
    throw new CredentialRefused('The session has expired: log in again.', {
      reason: 'expired',
      organisation,
      subject: { type: 'user', id },
    });
  if (Number(seen) < now - SEEN_EVERY_MS) await noteUse(database, idHash, now);
  return userPrincipal(database, { organisation, issuer, subject, name, ...claims }, now);
}

async function noteUse(database: Database, idHash: Uint8Array, now: number): Promise<void> {
  await read(database, (db) =>
    db
      .update(sessions)
      .set({ lastSeenAt: new Date(now) })
      .where(and(eq(sessions.idHash, idHash), lt(sessions.lastSeenAt, new Date(now - SEEN_EVERY_MS)))),
  );
}
