import { and, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { AuditContext, AuditEntry } from '../audit/entry.ts';
import { newExecutionId } from '../executions/execution-id.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { tokens, users } from '../store/schema/identity.ts';
import { beyond, scopeOf } from './authorize.ts';
import { keepingAnAdmin } from './last-admin.ts';
import { keyOfCursor, pageOf, UUID } from './page.ts';
import { newTokenSecret } from './token-secret.ts';
import type { Caller, NewToken, Token, Tokens } from './tokens.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_LIFE_MS = 90 * DAY_MS;
const MAX_LIFE_MS = 366 * DAY_MS;

type Row = typeof tokens.$inferSelect;

/** Machine tokens on PostgreSQL. Nothing of them is cached: what is revoked here is refused by every process at its next request. */
export function createTokens({ database }: { readonly database: Database }): (context: AuditContext) => Tokens {
  return (context) => {
    const { organisation } = context.principal;
    const mine = (caller: Caller, own: SQL | undefined): SQL | undefined =>
      and(
        eq(tokens.organisation, organisation),
        own,
        sees(caller) ? undefined : or(eq(tokens.createdBy, caller.id), itself(caller)),
      );
    return {
      list: async (caller, { limit, cursor }) => {
        const after = keyOfCursor(cursor, UUID);
        const older =
          after &&
          sql`(${tokens.createdAt}, ${tokens.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`;
        const rows = await read(database, (db) =>
          db
            .select()
            .from(tokens)
            .where(mine(caller, older ?? undefined))
            .orderBy(sql`${tokens.createdAt} desc, ${tokens.id} desc`)
            .limit(limit + 1),
        );
        return pageOf(rows, limit, { key: ({ createdAt, id }) => ({ at: createdAt, id }), view });
      },
      create: (caller, request) =>
        change(database, context, async (tx, record) => {
          const expiresAt = await expiryOf(tx, caller, request, context);
          const { row, secret } = newToken({
            ...request,
            expiresAt,
            organisation,
            createdBy: caller.id,
            now: context.now,
          });
          await tx.insert(tokens).values(row);
          record(tokenCreated(row));
          return { token: view(row), secret };
        }),
      revoke: (caller, id, { made = false } = {}) =>
        change(database, context, (tx, record) =>
          keepingAnAdmin(tx, context, async () => {
            const found = UUID.test(id)
              ? await tx
                  .select()
                  .from(tokens)
                  .where(mine(caller, eq(tokens.id, id)))
                  .for('update')
              : [];
            const token = found[0];
            if (
              token === undefined ||
              (!isAdmin(caller) && token.createdBy !== caller.id && caller.id !== `token:${id}`)
            )
              throw new Problem('not_found', `There is no token ${id} that you may revoke.`);
            const revoked = await revokeTokens(tx, [id], { made, context });
            for (const row of revoked) record(tokenRevoked(row));
            return view(revoked.find((row) => row.id === id) ?? token);
          }),
        ),
    };
  };
}

/** The token that asks: it may look at itself, and who has found that it leaked may revoke it with itself. */
const itself = ({ id }: Caller): SQL | undefined =>
  id.startsWith('token:') ? eq(tokens.id, id.slice('token:'.length)) : undefined;
const isAdmin = (caller: Caller): boolean => scopeOf(caller, 'org:admin').all;
const sees = (caller: Caller): boolean => scopeOf(caller, 'org:read').all;

/** Throws forbidden for more rights or, from a token, more time than the maker has; invalid_request for a time that can't be. */
async function expiryOf(
  tx: Queries,
  caller: Caller,
  request: NewToken,
  { now, principal: { organisation } }: AuditContext,
): Promise<Date | null> {
  const missing = beyond(caller, request.grants);
  if (missing !== null)
    throw new Problem('forbidden', `You can't give ${missing} that far: you have not been granted it there yourself.`);
  const latest = await endOfMaker(tx, caller, organisation);
  const { expiresAt } = request;
  if (expiresAt === undefined)
    return new Date(Math.min(now + DEFAULT_LIFE_MS, latest?.getTime() ?? Number.POSITIVE_INFINITY));
  if (expiresAt === null) {
    if (!isAdmin(caller) || latest !== null)
      throw new Problem(
        'forbidden',
        'A token without an end takes org:admin on everything, and a maker that has no end itself.',
      );
    return null;
  }
  if (!(expiresAt.getTime() > now)) throw new Problem('invalid_request', 'The token would have expired already.');
  if (expiresAt.getTime() > now + MAX_LIFE_MS)
    throw new Problem(
      'invalid_request',
      'A token lives for a year at most, or, made by an administrator, without end.',
    );
  if (latest !== null && expiresAt > latest)
    throw new Problem(
      'forbidden',
      `This token itself ends at ${latest.toISOString()}; one that it makes can't live longer.`,
    );
  return expiresAt;
}

/**
 * When the token that asks ends; null for people and for tokens without an end. The maker stays locked until the new token is
 * there: what is revoked together with its maker can't slip through in this moment. Throws forbidden for a maker who is gone.
 */
async function endOfMaker(tx: Queries, { id }: Caller, organisation: string): Promise<Date | null> {
  if (id.startsWith('user:')) {
    const one = and(eq(users.organisation, organisation), eq(users.id, id));
    const [user] = await tx.select().from(users).where(one).for('share');
    if (user?.disabledAt != null) throw new Problem('forbidden', 'The user who asks has been disabled.');
  }
  if (!id.startsWith('token:')) return null;
  const [maker] = await tx
    .select()
    .from(tokens)
    .where(eq(tokens.id, id.slice('token:'.length)))
    .for('share');
  if (maker?.revokedAt != null) throw new Problem('forbidden', 'The token that asks has been revoked.');
  return maker?.expiresAt ?? null;
}

/** The row of a new token, and its secret, which is nowhere else. */
export function newToken(token: {
  readonly name: string;
  readonly grants: NewToken['grants'];
  readonly expiresAt: Date | null;
  readonly organisation: string;
  readonly createdBy: string;
  readonly now: number;
}): { readonly row: Row; readonly secret: string } {
  const { now, ...given } = token;
  const id = newExecutionId(now);
  const { secret, hash } = newTokenSecret(id);
  const unused = { revokedAt: null, revokedBy: null, lastUsedAt: null };
  return { row: { id, ...given, secretHash: hash, createdAt: new Date(now), ...unused }, secret };
}

export function tokenCreated({ id, name, grants, expiresAt }: Row): AuditEntry {
  const given = grants.map(({ role, on }) => ({ role, on: { ...on } }));
  const details = { name, grants: given, expires_at: expiresAt?.toISOString() ?? null };
  return { action: 'token.create', subject: { type: 'token', id }, details };
}

export function tokenRevoked({ id, name, createdBy }: Row): AuditEntry {
  return { action: 'token.revoke', subject: { type: 'token', id }, details: { name, made_by: createdBy } };
}

/** Revokes these, and with `made` all that they made, and so on. Gives those that were valid until now. */
export async function revokeTokens(
  tx: Queries,
  ids: readonly string[],
  { made, context }: { readonly made: boolean; readonly context: AuditContext },
): Promise<readonly Row[]> {
  const { organisation } = context.principal;
  const revoked: Row[] = [];
  for (let wave = ids; wave.length > 0; ) {
    const rows = await tx
      .update(tokens)
      .set({ revokedAt: new Date(context.now), revokedBy: context.principal.id })
      .where(and(eq(tokens.organisation, organisation), isNull(tokens.revokedAt), inArray(tokens.id, [...wave])))
      .returning();
    revoked.push(...rows);
    if (!made) break;
    const makers = wave.map((id) => `token:${id}`);
    const next = await tx
      .select({ id: tokens.id })
      .from(tokens)
      .where(and(eq(tokens.organisation, organisation), isNull(tokens.revokedAt), inArray(tokens.createdBy, makers)));
    wave = next.map(({ id }) => id);
  }
  return revoked;
}

function view(row: Row): Token {
  const { id, name, grants, createdAt, createdBy, expiresAt, revokedAt, lastUsedAt } = row;
  return { id, name, grants, createdAt, createdBy, expiresAt, revokedAt, lastUsedAt };
}
