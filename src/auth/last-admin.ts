import { sql } from 'drizzle-orm';
import { Problem } from '../problems/problem.ts';
import type { Queries } from '../store/database.ts';

/** Held from before an administrator is taken away until the transaction ends: two who remove each other go one after the other. */
export async function lockAdmins(tx: Queries, organisation: string): Promise<void> {
  await tx.execute(sql`select 1 from organisations where id = ${organisation} for no key update`);
}

/**
 * Refuses a change, made within `tx` after lockAdmins, that leaves the organisation without anybody who may administer all of it: a
 * token that is valid, a grant to a user who is not disabled, or one to a group (who is in it, the identity provider
 * knows). What the provider's roles give is not counted: a change of its configuration would lock everybody out. Throws last_admin.
 */
export async function keepAnAdmin(tx: Queries, organisation: string, now: number): Promise<void> {
  const admin = JSON.stringify([{ role: 'admin', on: { kind: 'all' } }]);
  const [row] = await tx.execute<{ remains: boolean }>(sql`
    select exists (
      select 1 from tokens where organisation = ${organisation} and revoked_at is null
        and (expires_at is null or expires_at > ${new Date(now).toISOString()}::timestamptz)
        and grants @> ${admin}::jsonb
    ) or exists (
      select 1 from grants g
      left join users u on g.subject_kind = 'user' and u.organisation = g.organisation and u.id = g.subject
      where g.organisation = ${organisation} and g.role = 'admin' and g.scope_kind = 'all'
        and (g.subject_kind = 'group' or (u.id is not null and u.disabled_at is null))
    ) as remains`);
  if (row?.remains !== true)
    throw new Problem('last_admin', 'Nobody would be left with the role admin on everything in this organisation.');
}
