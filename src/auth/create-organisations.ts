import { and, eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { AuditContext } from '../audit/entry.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { tokens } from '../store/schema/identity.ts';
import { organisations } from '../store/schema/organisations.ts';
import { tokenCreated } from './create-tokens.ts';
import { OPERATING_ORGANISATION, type Organisations } from './organisations.ts';
import { ownerToken } from './owner-token.ts';
import { keyOfCursor, pageOf } from './page.ts';

const ID = /^[a-z][a-z0-9-]{0,62}$/;

/** Organisations on PostgreSQL. */
export function createOrganisations({
  database,
}: {
  readonly database: Database;
}): (context: AuditContext) => Organisations {
  return (context) => {
    const { organisation: own } = context.principal;
    return {
      async list({ limit, cursor }) {
        const after = keyOfCursor(cursor, ID);
        // Cursors are exact to the millisecond.
        const at = sql`date_trunc('milliseconds', ${organisations.createdAt})`;
        const older =
          after && sql`(${at}, ${organisations.id}) < (${after.at.toISOString()}::timestamptz, ${after.id})`;
        const mine = own === OPERATING_ORGANISATION ? undefined : eq(organisations.id, own);
        const rows = await read(database, (db) =>
          db
            .select()
            .from(organisations)
            .where(and(mine, older ?? undefined))
            .orderBy(sql`${at} desc, ${organisations.id} desc`)
            .limit(limit + 1),
        );
        return pageOf(rows, limit, { key: ({ createdAt, id }) => ({ at: createdAt, id }), view: (row) => row });
      },

      async create({ id, title }) {
        if (own !== OPERATING_ORGANISATION)
          throw new Problem('forbidden', `Organisations are made by administrators of ${OPERATING_ORGANISATION}.`);
        const organisation = { id, title, createdAt: new Date(context.now) };
        const { row, secret } = ownerToken(id, context.now);
        await change(database, context, async (tx, record) => {
          const made = await tx.insert(organisations).values(organisation).onConflictDoNothing().returning();
          // Its first environments come with it, by a trigger.
          if (made.length === 0) throw new Problem('exists', `There is an organisation ${id} already.`);
          await tx.insert(tokens).values(row);
          const entry = {
            action: 'organisation.create',
            subject: { type: 'organisation', id },
            details: { title },
          } as const;
          // It stands in both chains: who made it belongs to the history of the new one.
          const there = { ...context, principal: { ...context.principal, organisation: id } };
          await appendAudit(tx, there, [entry, tokenCreated(row)]);
          record(entry);
        });
        return { organisation, ownerToken: secret };
      },
    };
  };
}
