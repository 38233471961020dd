import { and, arrayContains, asc, eq, gt, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { manifestOf } from '../adapters/from-manifest/index.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { FlowScope } from '../auth/authorize.ts';
import type { Queries } from '../store/database.ts';
import { adapterManifests, flows, flowVersions } from '../store/schema/flows.ts';
import type { FlowPointer } from './flow-cache.ts';
import { isFlowId } from './flow-ref.ts';
import type { FlowFilter, FlowPageRequest, FlowSummary, StoredFlow } from './flow-store.ts';
import { newestFirst } from './version-history.ts';

/** A flow by name or id, with its versions; archived ones too. */
export async function selectPointer(db: Queries, organisation: string, nameOrId: string): Promise<FlowPointer | null> {
  const rows = await db
    .select({
      id: flows.id,
      name: flows.name,
      archivedAt: flows.archivedAt,
      version: flowVersions.version,
      hash: flowVersions.hash,
    })
    .from(flows)
    .innerJoin(flowVersions, and(eq(flowVersions.organisation, flows.organisation), eq(flowVersions.flowId, flows.id)))
    .where(
      and(
        eq(flows.organisation, organisation),
        isFlowId(nameOrId) ? eq(flows.id, nameOrId) : eq(flows.name, storable(nameOrId)),
      ),
    );
  const [first] = rows;
  if (first === undefined) return null;
  const versions = rows.map(({ version, hash }) => ({ version, hash })).sort(newestFirst);
  return { id: first.id, name: first.name, archived: first.archivedAt !== null, versions };
}

/** Versions of one flow with their content and the bytes of their compiled form; in no order. */
export async function selectVersions(
  db: Queries,
  flow: { readonly organisation: string; readonly id: string; readonly name: string },
  versions: readonly string[],
): Promise<readonly { readonly flow: StoredFlow; readonly bytes: number }[]> {
  if (versions.length === 0) return [];
  const rows = await db
    .select({
      version: flowVersions.version,
      hash: flowVersions.hash,
      ir: flowVersions.ir,
      source: flowVersions.source,
      mediaType: flowVersions.mediaType,
      diagnostics: flowVersions.diagnostics,
      createdAt: flowVersions.createdAt,
      bytes: sql<number>`octet_length(${flowVersions.ir}::text) + octet_length(${flowVersions.source})`.mapWith(Number),
    })
    .from(flowVersions)
    .where(
      and(
        eq(flowVersions.organisation, flow.organisation),
        eq(flowVersions.flowId, flow.id),
        inArray(flowVersions.version, [...versions]),
      ),
    );
  return rows.map(({ bytes, createdAt, ...row }) => ({
    flow: { ...row, id: flow.id, name: flow.name, createdAt: createdAt.getTime() },
    bytes,
  }));
}

/** A page of flows by name. */
export async function selectPage(
  db: Queries,
  organisation: string,
  { scope, after, limit, ...filter }: FlowPageRequest,
): Promise<readonly FlowSummary[]> {
  if (filter.status === 'invalid') return []; // a flow with errors is never stored
  // The page first, then its versions: joined as a whole, all flows would be read for each page.
  const page = db
    .select({
      id: flows.id,
      name: flows.name,
      version: flows.latestVersion,
      hash: flows.latestHash,
      title: flows.title,
      description: flows.description,
      category: flows.category,
      tags: flows.tags,
      archivedAt: flows.archivedAt,
    })
    .from(flows)
    .where(
      and(
        eq(flows.organisation, organisation),
        filtered(filter),
        within(scope),
        after === null ? undefined : gt(flows.name, storable(after)),
      ),
    )
    .orderBy(asc(flows.name))
    .limit(limit)
    .as('page');
  const { id, name, version, hash, title, description, category, tags, archivedAt: archived } = page;
  const rows = await db
    .select({
      id,
      name,
      version,
      hash,
      title,
      description,
      category,
      tags,
      archivedAt: archived,
      createdAt: flowVersions.createdAt,
      diagnostics: flowVersions.diagnostics,
    })
    .from(page)
    .innerJoin(
      flowVersions,
      and(
        eq(flowVersions.organisation, organisation),
        eq(flowVersions.flowId, page.id),
        eq(flowVersions.version, page.version),
      ),
    )
    .orderBy(asc(page.name));
  return rows.map(({ archivedAt, createdAt, ...row }) => ({
    ...row,
    status: 'valid' as const,
    createdAt: createdAt.getTime(),
    archivedAt: archivedAt?.getTime() ?? null,
  }));
}

/** Names and versions of the flows that are not archived, versions oldest first. */
export async function selectNames(db: Queries, organisation: string): Promise<Map<string, string[]>> {
  const rows = await db
    .select({ name: flows.name, version: flowVersions.version })
    .from(flows)
    .innerJoin(flowVersions, and(eq(flowVersions.organisation, flows.organisation), eq(flowVersions.flowId, flows.id)))
    .where(and(eq(flows.organisation, organisation), isNull(flows.archivedAt)))
    .orderBy(asc(flows.name), asc(flowVersions.position));
  const found = new Map<string, string[]>();
  for (const { name, version } of rows) {
    const known = found.get(name);
    if (known === undefined) found.set(name, [version]);
    else known.push(version);
  }
  return found;
}

/** The organisation's adapters that YAML describes, as new versions are checked against them. */
export async function selectManifests(db: Queries, organisation: string): Promise<readonly AdapterManifest[]> {
  const rows = await db
    .select({ spec: adapterManifests.spec })
    .from(adapterManifests)
    .where(and(eq(adapterManifests.organisation, organisation), eq(adapterManifests.current, true)))
    .orderBy(asc(adapterManifests.name));
  return rows.map(({ spec }) => manifestOf(spec));
}

function filtered({ q, category, tag, archived = false }: FlowFilter): SQL | undefined {
  return and(
    archived ? isNotNull(flows.archivedAt) : isNull(flows.archivedAt),
    q === undefined || q.trim() === '' ? undefined : searched(storable(q).trim()),
    category === undefined ? undefined : eq(flows.category, storable(category)),
    tag === undefined ? undefined : arrayContains(flows.tags, [storable(tag)]),
  );
}

/** All words, the last one as the beginning of a word; or a part of the name. Words go in as one quoted operand: nothing in them is an operator. */
function searched(q: string): SQL | undefined {
  const words = q
    .replaceAll(/[\\'"]/g, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const last = words.pop();
  const byName = sql`position(lower(${q.replaceAll('_', '-')}) in ${flows.name}) > 0`;
  if (last === undefined) return byName;
  const query = sql`(plainto_tsquery('simple', ${words.join(' ')}) && to_tsquery('simple', ${`'${last}':*`}))`;
  return or(sql`${flows.search} @@ ${query}`, byName);
}

function within(scope: FlowScope): SQL | undefined {
  if (scope.all) return undefined;
  const parts = [
    ...(scope.flows.size > 0 ? [inArray(flows.name, [...scope.flows])] : []),
    ...(scope.categories.size > 0 ? [inArray(flows.category, [...scope.categories])] : []),
  ];
  return parts.length === 0 ? sql`false` : or(...parts);
}

/** PostgreSQL has no texts with U+0000: what is asked for with one is not there. */
const storable = (text: string): string => text.replaceAll('\0', '\uFFFD');
