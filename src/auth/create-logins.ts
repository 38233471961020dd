import { randomBytes } from 'node:crypto';
import { and, eq, gt, lt } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { loginAttempts, sessions, users } from '../store/schema/identity.ts';
import { CredentialRefused } from './credential-refused.ts';
import type { Denials } from './denials.ts';
import type { BegunSession, Logins } from './logins.ts';
import type { Oidc } from './oidc/oidc.ts';
import { localPath } from './return-to.ts';
import { SESSION_MS } from './session-principal.ts';
import { hashSecret } from './token-secret.ts';
import { type Identity, userPrincipal } from './user-principal.ts';

/** Time to log in at the provider, ms. */
export const ATTEMPT_MS = 10 * 60 * 1000;
/** Anybody can begin a login: more at once are refused. */
const MAX_ATTEMPTS = 10_000;

export interface LoginOptions {
  readonly database: Database;
  readonly oidc?: Oidc;
  /** Address of this server for browsers; the provider sends them back to `/auth/callback` on it. */
  readonly publicUrl: string;
  readonly denials?: Denials;
}

/** Logins and sessions on PostgreSQL. */
export function createLogins({ database, oidc, publicUrl, denials }: LoginOptions): (context: AuditContext) => Logins {
  const callback = `${publicUrl.replace(/\/+$/, '')}/auth/callback`;
  const provider = (): Oidc => {
    if (oidc === undefined) throw new Problem('not_found', 'No identity provider is configured: use a token.');
    return oidc;
  };
  return (context) => ({
    publicUrl,
    secure: publicUrl.startsWith('https:'),

    async begin(returnTo) {
      const path = localPath(returnTo);
      const { url, state, nonce, codeVerifier } = await provider().beginLogin(callback);
      await openAttempt(database, { state, nonce, codeVerifier, returnTo: path, now: context.now });
      return { url, state };
    },

    async complete(query, browser) {
      const idp = provider();
      try {
        const state = query.get('state') ?? '';
        // The attempt is taken whatever comes of it: no second try with the same state.
        const attempt = await takeAttempt(database, state, context.now);
        if (attempt === undefined || browser.state !== state)
          throw new CredentialRefused(
            'This login was not begun in this browser, is over, or has been completed: begin again.',
            {
              reason: 'state',
            },
          );
        const { codeVerifier, nonce, returnTo } = attempt;
        const identity = await idp.completeLogin(new URL(`${callback}?${query}`), { codeVerifier, nonce, state });
        return { ...(await openSession(database, identity, browser.session, context)), returnTo };
      } catch (error) {
        if (!(error instanceof CredentialRefused)) throw error;
        denials?.note({ ...error.refusal, credential: 'login' });
        throw new Problem('unauthenticated', error.message, { cause: error });
      }
    },

    end: (secret) => endSession(database, secret, context),
  });
}

/** An attempt is no fact to be audited yet: its outcome is. What has expired goes on this occasion. */
async function openAttempt(
  database: Database,
  { state, now, ...attempt }: { state: string; nonce: string; codeVerifier: string; returnTo: string; now: number },
): Promise<void> {
  await read(database, async (db) => {
    await db.delete(loginAttempts).where(lt(loginAttempts.expiresAt, new Date(now)));
    await db.delete(sessions).where(lt(sessions.expiresAt, new Date(now)));
    if ((await db.$count(loginAttempts)) >= MAX_ATTEMPTS)
      throw new Problem('rate_limited', 'Too many logins are under way.', { retryAfter: 60 });
    await db.insert(loginAttempts).values({
      ...attempt,
      stateHash: hashSecret(state),
      expiresAt: new Date(now + ATTEMPT_MS),
    });
  });
}

async function takeAttempt(database: Database, state: string, now: number) {
  const [attempt] = await read(database, (db) =>
    db
      .delete(loginAttempts)
      .where(and(eq(loginAttempts.stateHash, hashSecret(state)), gt(loginAttempts.expiresAt, new Date(now))))
      .returning(),
  );
  return attempt;
}

/** A session with a new secret, whatever the browser had: a secret that someone put there before is worth nothing. */
async function openSession(
  database: Database,
  identity: Identity,
  previous: string | null,
  { requestId, now }: AuditContext,
): Promise<Omit<BegunSession, 'returnTo'>> {
  const principal = await userPrincipal(database, identity, now);
  const { organisation, roles, groups, aliases } = identity;
  const secret = randomBytes(32).toString('base64url');
  const idHash = hashSecret(secret);
  const [at, expiresAt] = [new Date(now), new Date(now + SESSION_MS)];
  if (previous !== null) await endSession(database, previous, { principal, requestId, now });
  await change(database, { principal, requestId, now }, async (tx, record) => {
    const claims = { roles, groups, aliases };
    const times = { createdAt: at, lastSeenAt: at, expiresAt };
    await tx.insert(sessions).values({ idHash, organisation, userId: principal.id, claims, ...times });
    record({
      action: 'session.begin',
      subject: { type: 'session', id: sessionId(idHash) },
      details: { user: principal.id },
    });
  });
  return { secret, expiresAt };
}

async function endSession(database: Database, secret: string, { requestId, now }: AuditContext): Promise<void> {
  const idHash = hashSecret(secret);
  const [found] = await read(database, (db) =>
    db
      .select({ organisation: users.organisation, id: users.id, name: users.name })
      .from(sessions)
      .innerJoin(users, and(eq(users.organisation, sessions.organisation), eq(users.id, sessions.userId)))
      .where(eq(sessions.idHash, idHash)),
  );
  if (found === undefined) return;
  await change(database, { principal: { kind: 'user', ...found }, requestId, now }, async (tx, record) => {
    const ended = await tx.delete(sessions).where(eq(sessions.idHash, idHash)).returning({ user: sessions.userId });
    if (ended.length > 0)
      record({
        action: 'session.end',
        subject: { type: 'session', id: sessionId(idHash) },
        details: { user: found.id },
      });
  });
}

/** Names a session in the audit log; nothing can be done with it. */
const sessionId = (idHash: Uint8Array): string => Buffer.from(idHash).toString('hex').slice(0, 16);
