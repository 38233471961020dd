import { and, eq, inArray } from 'drizzle-orm';
import type { HistoryEvent } from '../executions/history.ts';
import type { RunDescription } from '../executions/runs.ts';
import type { ExecutionView } from '../executions/view.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { archivedExecutions as table } from '../store/schema/executions.ts';
import type { ArchivedFilter, ArchivedLine, StartKey } from './archived-line.ts';
import { archivedPage } from './archived-page.ts';
import { decodeRun, type RunLine, unpackHistories } from './encode-histories.ts';

/** Ended executions of one organisation, kept beyond Temporal's retention. Every method throws store_unavailable when PostgreSQL is away. */
export interface Archive {
  /** As it was at its last end that was archived; null when none was. */
  find(executionId: string): Promise<ArchivedExecution | null>;
  /** Events of one of its runs; null when that was not archived. */
  history(executionId: string, runId: string): Promise<readonly HistoryEvent[] | null>;
  /** Up to `limit`, the latest start of a last run first, from after `after`. */
  page(
    filter: ArchivedFilter,
    page: { readonly limit: number; readonly after: StartKey | null },
  ): Promise<readonly ArchivedLine[]>;
  /** Run ids of those of the executions that were archived. */
  runsOf(executionIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

export interface ArchivedExecution {
  /** As Temporal described it then. */
  readonly description: RunDescription;
  /** Answer of `GET /executions/{id}`. */
  readonly view: ExecutionView;
}

/** Executions whose histories are kept unpacked: a reader asks for the runs of one execution one after the other. */
const UNPACKED = 4;

export function createArchive({
  database,
}: {
  readonly database: Pick<Database, 'db'>;
}): (organisation: string) => Archive {
  const unpacked = new Map<string, readonly RunLine[]>();
  return (organisation) => {
    const own = (executionId: string) => and(eq(table.organisation, organisation), eq(table.executionId, executionId));
    return {
      async find(executionId) {
        const [row] = await read(database, (db) => db.select(DESCRIBED).from(table).where(own(executionId)).limit(1));
        return row === undefined ? null : { description: descriptionOf(row), view: row.view };
      },

      async history(executionId, runId) {
        const [known] = await read(database, (db) =>
          db.select({ runs: table.runs }).from(table).where(own(executionId)).limit(1),
        );
        if (known === undefined || !known.runs.includes(runId)) return null;
        const key = JSON.stringify([organisation, executionId, known.runs.at(-1)]);
        const lines = unpacked.get(key) ?? (await unpack(executionId));
        remember(key, lines);
        const line = lines.find((one) => one.runId === runId);
        return line === undefined ? null : decodeRun(line);
      },

      page: (filter, page) => read(database, (db) => archivedPage(db, organisation, filter, page)),

      async runsOf(executionIds) {
        if (executionIds.length === 0) return new Map();
        const rows = await read(database, (db) =>
          db
            .select({ executionId: table.executionId, runs: table.runs })
            .from(table)
            .where(and(eq(table.organisation, organisation), inArray(table.executionId, [...executionIds]))),
        );
        return new Map(rows.map(({ executionId, runs }) => [executionId, runs]));
      },
    };

    async function unpack(executionId: string): Promise<readonly RunLine[]> {
      const [row] = await read(database, (db) =>
        db.select({ history: table.history }).from(table).where(own(executionId)).limit(1),
      );
      return row === undefined ? [] : unpackHistories(row.history);
    }
  };

  function remember(key: string, lines: readonly RunLine[]): void {
    unpacked.delete(key);
    unpacked.set(key, lines);
    const oldest = unpacked.keys().next().value;
    if (unpacked.size > UNPACKED && oldest !== undefined) unpacked.delete(oldest);
  }
}

const DESCRIBED = {
  organisation: table.organisation,
  executionId: table.executionId,
  flow: table.flow,
  version: table.version,
  environment: table.environment,
  status: table.status,
  tags: table.tags,
  lastStartedAt: table.lastStartedAt,
  endedAt: table.endedAt,
  runs: table.runs,
  events: table.events,
  request: table.request,
  view: table.view,
} as const;

type Described = { readonly [K in keyof typeof DESCRIBED]: (typeof table.$inferSelect)[K] };

function descriptionOf(row: Described): RunDescription {
  const { executionId, flow, version, environment, organisation, tags, events, request } = row;
  return {
    executionId,
    runId: row.runs.at(-1) ?? '',
    flow,
    // Only ended executions are archived.
    status: row.status as RunDescription['status'],
    shown: row.status,
    version,
    environment,
    organisation,
    tags,
    startedAt: row.lastStartedAt,
    endedAt: row.endedAt,
    events,
    memo: request === null ? {} : { request },
    pending: [],
    archived: true,
  };
}
