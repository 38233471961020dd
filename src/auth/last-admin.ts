import { sql } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { Problem } from '../problems/problem.ts';
import type { Queries } from '../store/database.ts';

/** A token that expires sooner is nobody who is left. */
const ENOUGH_MS = 24 * 60 * 60 * 1_000;

/** Held until the transaction ends: two who take away each other's rights go one after the other. */
export async function lockAdmins(tx: Queries, organisation: string): Promise<void> {
  await tx.execute(sql`select 1 from organisations where id = ${organisation} for no key update`);
}

/**
 * Runs a part of a transaction that may take an administrator away, and refuses it where it leaves nobody who may administer all of the
 * organisation. Administrators are: a token that is valid for another day, a grant to a user who is not disabled, one to a group (who is in
 * it, the identity provider knows). Roles that the provider gives don't count: a change of its configuration would lock everybody
 * out. Throws last_admin, and what `work` throws.
 */
export async function keepingAnAdmin<T>(
  tx: Queries,
  { principal: { organisation }, now }: AuditContext,
  work: () => Promise<T>,
): Promise<T> {
  await lockAdmins(tx, organisation);
  const before = await hasAdmin(tx, organisation, now);
  const result = await work();
  if (before && !(await hasAdmin(tx, organisation, now)))
    throw new Problem('last_admin', 'Nobody would be left with the role admin on everything in this organisation.');
  return result;
}

async function hasAdmin(tx: Queries, organisation: string, now: number): Promise<boolean> {
  const admin = JSON.stringify([{ role: 'admin', on: { kind: 'all' } }]);
  const [row] = await tx.execute<{ there: boolean }>(sql`
    select exists (
      select 1 from tokens where organisation = ${organisation} and revoked_at is null
        and (expires_at is null or expires_at > ${new Date(now + ENOUGH_MS).toISOString()}::timestamptz)
        and grants @> ${admin}::jsonb
    ) or exists (
      select 1 from grants g
      left join users u on g.subject_kind = 'user' and u.organisation = g.organisation and u.id = g.subject
      where g.organisation = ${organisation} and g.role = 'admin' and g.scope_kind = 'all'
        and (g.subject_kind = 'group' or (u.id is not null and u.disabled_at is null))
    ) as there`);
  return row?.there === true;
}
