// The rows of a flow within a transaction: locked, read, written. Decides nothing.
import { and, eq } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { newExecutionId } from '../executions/execution-id.ts';
import type { Queries } from '../store/database.ts';
import { flows, flowVersions, type LockedAdapters } from '../store/schema/flows.ts';
import { announce } from './flow-announcements.ts';
import { isFlowId, pickVersion } from './flow-ref.ts';
import type { StoredFlow } from './flow-store.ts';
import { newestFirst } from './version-history.ts';

/** A flow whose row is locked until the transaction ends. */
export interface LockedFlow {
  readonly id: string;
  readonly name: string;
  readonly category: string | null;
  readonly archived: boolean;
  /** Highest first. */
  readonly versions: readonly { readonly version: string; readonly hash: string }[];
}

/** A version that is about to be stored; `flow.ir` is there. */
export interface NewVersion {
  readonly flow: Omit<StoredFlow, 'id' | 'ir'> & Required<Pick<StoredFlow, 'ir'>>;
  readonly adapters: LockedAdapters;
}

/** Locks a flow by name or id; null when there is none. Others who want to change it wait. */
export async function lockFlow(tx: Queries, organisation: string, nameOrId: string): Promise<LockedFlow | null> {
  const [row] = await tx
    .select({ id: flows.id, name: flows.name, category: flows.category, archivedAt: flows.archivedAt })
    .from(flows)
    .where(
      and(eq(flows.organisation, organisation), isFlowId(nameOrId) ? eq(flows.id, nameOrId) : eq(flows.name, nameOrId)),
    )
    .for('update');
  if (row === undefined) return null;
  const versions = await tx
    .select({ version: flowVersions.version, hash: flowVersions.hash })
    .from(flowVersions)
    .where(and(eq(flowVersions.organisation, organisation), eq(flowVersions.flowId, row.id)));
  const { archivedAt, ...flow } = row;
  return { ...flow, archived: archivedAt !== null, versions: versions.sort(newestFirst) };
}

/** Stores a flow and its first version; null when the name is taken (by another transaction of this moment, too). */
export async function insertFlow(tx: Queries, context: AuditContext, version: NewVersion): Promise<StoredFlow | null> {
  const { flow } = version;
  const id = newExecutionId(context.now);
  const at = new Date(context.now);
  const inserted = await tx
    .insert(flows)
    .values({
      organisation: context.principal.organisation,
      id,
      name: flow.name,
      ...described(flow.ir),
      latestVersion: flow.version,
      latestHash: flow.hash,
      createdAt: at,
      updatedAt: at,
    })
    .onConflictDoNothing()
    .returning({ id: flows.id });
  if (inserted.length === 0) return null;
  return insertRow(tx, context, { ...version, id });
}

/** Stores a further version of a locked flow, and brings it back if it was archived. */
export async function insertVersion(
  tx: Queries,
  context: AuditContext,
  { locked, version }: { readonly locked: LockedFlow; readonly version: NewVersion },
): Promise<StoredFlow> {
  const { flow } = version;
  // What the flow is without a version being named: a pre-release only where there is nothing else.
  const isLatest = pickVersion([flow, ...locked.versions], '*')?.version === flow.version;
  await tx
    .update(flows)
    .set({
      ...(isLatest && { ...described(flow.ir), latestVersion: flow.version, latestHash: flow.hash }),
      archivedAt: null,
      updatedAt: new Date(context.now),
    })
    .where(and(eq(flows.organisation, context.principal.organisation), eq(flows.id, locked.id)));
  return insertRow(tx, context, { ...version, id: locked.id });
}

/** Sets or lifts the mark of an archived flow. */
export async function markArchived(
  tx: Queries,
  context: AuditContext,
  { locked, archived }: { readonly locked: LockedFlow; readonly archived: boolean },
): Promise<void> {
  const at = new Date(context.now);
  const { organisation } = context.principal;
  await tx
    .update(flows)
    .set({ archivedAt: archived ? at : null, updatedAt: at })
    .where(and(eq(flows.organisation, organisation), eq(flows.id, locked.id)));
  await announce(tx, { organisation, flow: locked.name });
}

async function insertRow(
  tx: Queries,
  { principal, now }: AuditContext,
  { id, flow, adapters }: NewVersion & { readonly id: string },
): Promise<StoredFlow> {
  const { organisation } = principal;
  await tx.insert(flowVersions).values({
    organisation,
    flowId: id,
    version: flow.version,
    hash: flow.hash,
    source: flow.source,
    mediaType: flow.mediaType,
    ir: flow.ir,
    diagnostics: flow.diagnostics,
    adapters,
    createdAt: new Date(now),
    createdBy: principal.id,
  });
  await announce(tx, { organisation, flow: flow.name });
  return { ...flow, id, createdAt: now };
}

/** The columns that lists search and show. */
function described({ title, description, category, tags }: NewVersion['flow']['ir']) {
  return {
    title: title ?? null,
    description: description ?? null,
    category: category ?? null,
    tags: [...new Set(tags)],
  };
}
