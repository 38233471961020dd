import { and, eq, sql } from 'drizzle-orm';
import type { AuditContext, AuditEntry } from '../audit/entry.ts';
import { newExecutionId } from '../executions/execution-id.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { grants, users } from '../store/schema/identity.ts';
import { beyond } from './authorize.ts';
import type { GivenGrant, Grants } from './grants.ts';
import { keepingAnAdmin } from './last-admin.ts';
import { keyOfCursor, pageOf, UUID } from './page.ts';
import { scopeFrom } from './user-principal.ts';

type Row = typeof grants.$inferSelect;

/** Grants on PostgreSQL; every request reads those of its caller anew. */
export function createGrants({ database }: { readonly database: Database }): (context: AuditContext) => Grants {
  return (context) => {
    const { organisation } = context.principal;
    return {
      async list({ limit, cursor }) {
        const after = keyOfCursor(cursor, UUID);
        const older =
          after &&
          sql`(${grants.createdAt}, ${grants.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`;
        const rows = await read(database, (db) =>
          db
            .select()
            .from(grants)
            .where(and(eq(grants.organisation, organisation), older ?? undefined))
            .orderBy(sql`${grants.createdAt} desc, ${grants.id} desc`)
            .limit(limit + 1),
        );
        return pageOf(rows, limit, { key: ({ createdAt, id }) => ({ at: createdAt, id }), view });
      },

      give: (caller, { subject, role, on }) =>
        change(database, context, async (tx, record) => {
          const missing = beyond(caller, [{ role, on }]);
          if (missing !== null)
            throw new Problem(
              'forbidden',
              `You can't give ${missing} that far: you have not been granted it there yourself.`,
            );
          if (subject.kind === 'user') await knownUser(tx, organisation, subject.id);
          const row: Row = {
            id: newExecutionId(context.now),
            organisation,
            subjectKind: subject.kind,
            subject: subject.id,
            role,
            ...columnsOf(on),
            createdAt: new Date(context.now),
            createdBy: caller.id,
          };
          const made = await tx.insert(grants).values(row).onConflictDoNothing().returning({ id: grants.id });
          if (made.length === 0) throw new Problem('exists', 'This has been granted already.');
          record(entry('grant.give', row));
          return view(row);
        }),

      take: (id) =>
        change(database, context, (tx, record) =>
          keepingAnAdmin(tx, context, async () => {
            const ours = and(eq(grants.organisation, organisation), eq(grants.id, id));
            const [row] = UUID.test(id) ? await tx.delete(grants).where(ours).returning() : [];
            if (row === undefined) throw new Problem('not_found', `There is no grant ${id}.`);
            record(entry('grant.take', row));
          }),
        ),
    };
  };
}

async function knownUser(tx: Queries, organisation: string, id: string): Promise<void> {
  const found = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.organisation, organisation), eq(users.id, id)));
  if (found.length === 0)
    throw new Problem(
      'invalid_request',
      `There is no user ${id}: people are known from their first request on. Grant to a group before that.`,
    );
}

function columnsOf(on: GivenGrant['on']): Pick<Row, 'scopeKind' | 'scope'> {
  if (on.kind === 'all') return { scopeKind: 'all', scope: null };
  return { scopeKind: on.kind, scope: on.kind === 'flow' ? on.flow : on.category };
}

function view({ id, subjectKind, subject, role, scopeKind, scope, createdAt, createdBy }: Row): GivenGrant {
  return {
    id,
    subject: { kind: subjectKind, id: subject },
    role,
    on: scopeFrom(scopeKind, scope),
    createdAt,
    createdBy,
  };
}

function entry(action: 'grant.give' | 'grant.take', row: Row): AuditEntry {
  const { subject, role, on } = view(row);
  return { action, subject: { type: 'grant', id: row.id }, details: { subject: { ...subject }, role, on: { ...on } } };
}
