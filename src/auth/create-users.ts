import { and, eq, isNull, sql } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { sessions, tokens, users } from '../store/schema/identity.ts';
import { revokeTokens, tokenRevoked } from './create-tokens.ts';
import { keepingAnAdmin } from './last-admin.ts';
import { keyOfCursor, pageOf } from './page.ts';
import type { User, Users } from './users.ts';

type Row = typeof users.$inferSelect;
const USER_ID = /^user:[\w-]{22}$/;

/** The people of the organisation, on PostgreSQL. */
export function createUsers({ database }: { readonly database: Database }): (context: AuditContext) => Users {
  return (context) => {
    const { organisation } = context.principal;
    const set = async (tx: Queries, id: string, disabledAt: Date | null): Promise<{ row: Row; changed: boolean }> => {
      const one = and(eq(users.organisation, organisation), eq(users.id, id));
      const [row] = await tx.select().from(users).where(one).for('update');
      if (row === undefined) throw new Problem('not_found', `There is no user ${id}.`);
      if ((row.disabledAt === null) === (disabledAt === null)) return { row, changed: false };
      await tx.update(users).set({ disabledAt }).where(one);
      return { row: { ...row, disabledAt }, changed: true };
    };
    return {
      async list({ limit, cursor }) {
        const after = keyOfCursor(cursor, USER_ID);
        const older =
          after && sql`(${users.firstSeenAt}, ${users.id}) < (${after.at.toISOString()}::timestamptz, ${after.id})`;
        const rows = await read(database, (db) =>
          db
            .select()
            .from(users)
            .where(and(eq(users.organisation, organisation), older ?? undefined))
            .orderBy(sql`${users.firstSeenAt} desc, ${users.id} desc`)
            .limit(limit + 1),
        );
        return pageOf(rows, limit, { key: ({ firstSeenAt, id }) => ({ at: firstSeenAt, id }), view });
      },

      disable: (id, options) =>
        change(database, context, (tx, record) =>
          keepingAnAdmin(tx, context, async () => {
            const { row, changed } = await set(tx, id, new Date(context.now));
            const ended = await tx
              .delete(sessions)
              .where(and(eq(sessions.organisation, organisation), eq(sessions.userId, id)))
              .returning({ user: sessions.userId });
            if (changed || ended.length > 0)
              record({
                action: 'user.disable',
                subject: { type: 'user', id },
                details: { sessions_ended: ended.length },
              });
            if (options.tokens)
              for (const token of await revokeTokens(tx, await tokensOf(tx, organisation, id), { made: true, context }))
                record(tokenRevoked(token));
            return view(row);
          }),
        ),

      enable: (id) =>
        change(database, context, async (tx, record) => {
          const { row, changed } = await set(tx, id, null);
          if (changed) record({ action: 'user.enable', subject: { type: 'user', id } });
          return view(row);
        }),
    };
  };
}

async function tokensOf(tx: Queries, organisation: string, maker: string): Promise<readonly string[]> {
  const valid = and(eq(tokens.organisation, organisation), eq(tokens.createdBy, maker), isNull(tokens.revokedAt));
  return (await tx.select({ id: tokens.id }).from(tokens).where(valid)).map(({ id }) => id);
}

function view({ id, name, issuer, disabledAt, firstSeenAt, lastSeenAt }: Row): User {
  return { id, name, issuer, disabledAt, firstSeenAt, lastSeenAt };
}
