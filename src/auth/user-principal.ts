import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { users } from '../store/schema/identity.ts';
import { roleAliases } from './authorize.ts';
import { CredentialRefused } from './credential-refused.ts';
import type { Grant, GrantScope, Principal, Role } from './principal.ts';

const HOUR_MS = 60 * 60 * 1000;

/** What the identity provider says of a person. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** For people: who acted. */
  readonly name: string;
  readonly organisation: string;
  /** They hold on everything. */
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  /** E-mail address and user name: what `approve.to` may name. */
  readonly aliases: readonly string[];
}

/** `user:<hash of issuer and subject>`: the same person has the same id, and it tells nothing of them. */
export function userIdOf({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest();
  return `user:${hash.subarray(0, 16).toString('base64url')}`;
}

/**
 * The person with the grants that the provider and this organisation give, the latter as they stand at this moment. Someone new is
 * entered; when someone was seen last is written to the hour. Throws CredentialRefused for a disabled user and for an organisation that
 * does not exist, store_unavailable.
 */
export async function userPrincipal(database: Database, identity: Identity, now: number): Promise<Principal> {
  const { organisation } = identity;
  const id = userIdOf(identity);
  const known = await knownUser(database, { organisation, id, groups: identity.groups });
  if (known === null)
    throw new CredentialRefused('The organisation that the token names does not exist here.', {
      reason: 'unknown_organisation',
    });
  if (known.disabled)
    throw new CredentialRefused('This user is disabled.', {
      reason: 'disabled',
      organisation,
      subject: { type: 'user', id },
    });
  // Access tokens often have no name in them: the one that is known is better than a subject.
  const name = identity.name === identity.subject ? (known.name ?? identity.name) : identity.name;
  if (known.lastSeenAt === null || known.lastSeenAt < now - HOUR_MS)
    await seen(database, id, { ...identity, name }, now);
  const grants = [...identity.roles.map((role): Grant => ({ role, on: { kind: 'all' } })), ...known.grants];
  const aliases = [...new Set([...identity.aliases, ...identity.groups, ...roleAliases(grants)])];
  return { kind: 'user', id, name, organisation, grants, aliases };
}

interface KnownUser {
  /** ms since the epoch; null: never seen. */
  readonly lastSeenAt: number | null;
  readonly name: string | null;
  readonly disabled: boolean;
  readonly grants: readonly Grant[];
}

/** Null when there is no such organisation. One query, each part by an index. */
async function knownUser(
  database: Database,
  {
    organisation,
    id,
    groups,
  }: { readonly organisation: string; readonly id: string; readonly groups: readonly string[] },
): Promise<KnownUser | null> {
  // Every request of a person comes by here: the driver's own queries are prepared, and take one round trip instead of two.
  const [row] = await read(
    database,
    () => database.sql<Row[]>`
      select extract(epoch from u.last_seen_at) * 1000 as seen, u.name, u.disabled_at is not null as disabled, (
        select jsonb_agg(jsonb_build_array(g.role, g.scope_kind, g.scope)) from grants g
        where g.organisation = o.id and (
          (g.subject_kind = 'user' and g.subject = ${id})
          or (g.subject_kind = 'group' and g.subject in (select jsonb_array_elements_text(${JSON.stringify(groups)}::jsonb)))
        )
      ) as given
      from organisations o left join users u on u.organisation = o.id and u.id = ${id}
      where o.id = ${organisation}`,
  );
  if (row === undefined) return null;
  const { seen: at, name, disabled, given } = row;
  return { lastSeenAt: at === null ? null : Number(at), name, disabled, grants: (given ?? []).map(grantOf) };
}

interface Row {
  readonly seen: string | null;
  readonly name: string | null;
  readonly disabled: boolean;
  readonly given: readonly GivenRow[] | null;
}
type GivenRow = [role: Role, kind: GrantScope['kind'], scope: string | null];

function grantOf([role, kind, scope]: GivenRow): Grant {
  return { role, on: scopeFrom(kind, scope) };
}

/** A scope as two columns have it. */
export function scopeFrom(kind: GrantScope['kind'], scope: string | null): GrantScope {
  if (kind === 'all') return { kind };
  return kind === 'flow' ? { kind, flow: scope ?? '' } : { kind, category: scope ?? '' };
}

async function seen(database: Database, id: string, identity: Identity, now: number): Promise<void> {
  const { organisation, issuer, subject, name } = identity;
  const at = new Date(now);
  const context = { principal: { kind: 'user', id, name, organisation }, requestId: null, now } as const;
  await change(database, context, async (tx, record) => {
    const made = await tx
      .insert(users)
      .values({ organisation, id, issuer, subject, name, disabledAt: null, firstSeenAt: at, lastSeenAt: at })
      .onConflictDoNothing()
      .returning({ id: users.id });
    if (made.length > 0) record({ action: 'user.create', subject: { type: 'user', id }, details: { issuer } });
    // No record of being seen: it is no change to what anybody may do.
    else
      await tx
        .update(users)
        .set({ name, lastSeenAt: at })
        .where(and(eq(users.organisation, organisation), eq(users.id, id)));
  });
}
