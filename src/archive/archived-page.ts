import { and, arrayContains, desc, eq, gte, inArray, like, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../store/database.ts';
import { archivedExecutions as table } from '../store/schema/executions.ts';
import type { ArchivedFilter, ArchivedLine, StartKey } from './archived-line.ts';

/** Up to `limit` archived executions of an organisation, the latest start of a last run first, from after `after`. */
export async function archivedPage(
  db: Queries,
  organisation: string,
  filter: ArchivedFilter,
  { limit, after }: { readonly limit: number; readonly after: StartKey | null },
): Promise<readonly ArchivedLine[]> {
  return db
    .select({
      executionId: table.executionId,
      flow: table.flow,
      version: table.version,
      status: table.status,
      environment: table.environment,
      tags: table.tags,
      startedAt: table.startedAt,
      lastStartedAt: table.lastStartedAt,
      endedAt: table.endedAt,
      runs: table.runs,
    })
    .from(table)
    .where(and(eq(table.organisation, organisation), ...conditions(filter), after === null ? undefined : before(after)))
    .orderBy(desc(table.lastStartedAt), desc(table.executionId))
    .limit(limit);
}

function conditions(filter: ArchivedFilter): (SQL | undefined)[] {
  const { flows, status, since, until, tag, environment, version, q } = filter;
  const [only] = flows ?? [];
  return [
    // `=` where it can be: the index then gives the order.
    flows === undefined
      ? undefined
      : flows.length === 1 && only !== undefined
        ? eq(table.flow, only)
        : inArray(table.flow, [...flows]),
    status === undefined ? undefined : eq(table.status, status),
    since === undefined ? undefined : gte(table.lastStartedAt, since),
    // An execution starts before its last run does: partitions of later months need no look.
    until === undefined ? undefined : and(lt(table.lastStartedAt, until), lt(table.startedAt, until)),
    tag === undefined ? undefined : arrayContains(table.tags, [tag]),
    environment === undefined ? undefined : eq(table.environment, environment),
    version === undefined ? undefined : eq(table.version, version),
    q === undefined ? undefined : or(like(table.executionId, `${literally(q)}%`), arrayContains(table.tags, [q])),
  ];
}

const before = ([startedAtMs, executionId]: StartKey): SQL =>
  sql`(${table.lastStartedAt}, ${table.executionId}) < (${new Date(startedAtMs).toISOString()}::timestamptz, ${executionId})`;

const literally = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');
