import { type SQL, sql } from 'drizzle-orm';
import semver from 'semver';
import { isEnded, statusOf } from '../executions/execution-view.ts';
import { startOf } from '../executions/execution-id.ts';
import type { RunSummary } from '../executions/runs.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import type { VersionOutcome } from './deployments.ts';

/** Runs of a flow that Temporal still has, started at or after `since`; some may be archived already. Several runs of one execution count once. */
export type RecentRuns = (flow: string, since: Date | null) => Promise<readonly RunSummary[]>;

export interface OutcomeFilter {
  readonly organisation: string;
  /** Name. */
  readonly flow: string;
  readonly environment?: string;
  /** Started at or after. */
  readonly since?: Date;
}

/**
 * How executions went, by version, the highest first: those that are archived, and those that only Temporal knows, each once. What
 * is archived while this runs is in the archive by the time it is asked. Throws store_unavailable, temporal_unavailable.
 */
export async function outcomes(
  deps: { readonly database: Pick<Database, 'db'>; readonly recent: RecentRuns },
  filter: OutcomeFilter,
): Promise<readonly VersionOutcome[]> {
  const runs = executionsOf(await deps.recent(filter.flow, filter.since ?? null), filter);
  const rows = await read(deps.database, (db) => db.execute<OutcomeRow>(outcomeQuery(filter, runs)));
  return [...rows]
    .map(toOutcome)
    .sort((a, b) =>
      semver.valid(a.version) !== null && semver.valid(b.version) !== null
        ? semver.rcompare(a.version, b.version)
        : a.version < b.version
          ? 1
          : -1,
    );
}

interface OutcomeRow extends Record<string, unknown> {
  readonly version: string;
  readonly statuses: Partial<Record<ExecutionStatus, number>>;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** An execution that may not be archived yet. */
export interface LiveExecution {
  readonly id: string;
  readonly version: string;
  readonly status: ExecutionStatus;
  /** Null while it runs. */
  readonly durationMs: number | null;
}

/** One statement, exact percentiles over both. */
export function outcomeQuery(
  { organisation, flow, environment, since }: OutcomeFilter,
  live: readonly LiveExecution[],
): SQL {
  const rows = JSON.stringify(live.map(({ id, version, status, durationMs }) => [id, version, status, durationMs]));
  return sql`
    with live as (
      select item ->> 0 as id, item ->> 1 as version, item ->> 2 as status, (item ->> 3)::float8 as duration_ms
      from jsonb_array_elements(${rows}::jsonb) as item
    ), executions as (
      select version, status, duration_ms from archived_executions
      where organisation = ${organisation} and flow = ${flow}
        ${environment === undefined ? sql`` : sql`and environment = ${environment}`}
        ${since === undefined ? sql`` : sql`and started_at >= ${since.toISOString()}::timestamptz`}
      union all
      select version, status, duration_ms from live where not exists (
        select 1 from archived_executions known
        where known.organisation = ${organisation} and known.execution_id = live.id
      )
    ), counts as (
      select version, jsonb_object_agg(status, number) as statuses
      from (select version, status, count(*) as number from executions group by version, status) as by_status
      group by version
    ), durations as (
      select version, percentile_cont(0.5) within group (order by duration_ms) as p50,
        percentile_cont(0.95) within group (order by duration_ms) as p95
      from executions where duration_ms is not null group by version
    )
    select counts.version, counts.statuses, durations.p50, durations.p95
    from counts left join durations using (version)`;
}

/** The latest run of each execution; what is not of the environment is left out. */
export function executionsOf(
  runs: readonly RunSummary[],
  { environment }: Pick<OutcomeFilter, 'environment'>,
): readonly LiveExecution[] {
  const latest = new Map<string, RunSummary>();
  for (const run of runs) {
    const known = latest.get(run.executionId);
    if (known === undefined || run.startedAt > known.startedAt) latest.set(run.executionId, run);
  }
  return [...latest.values()]
    .filter((run) => environment === undefined || run.environment === environment)
    .map((run) => {
      const startedAt = startOf(run.executionId) ?? run.startedAt.getTime();
      return {
        id: run.executionId,
        version: run.version,
        status: statusOf(run, null),
        durationMs: run.endedAt === null ? null : Math.max(0, run.endedAt.getTime() - startedAt),
      };
    });
}

function toOutcome({ version, statuses, p50, p95 }: OutcomeRow): VersionOutcome {
  // jsonb_object_agg gives a member for each status that occurs.
  const counts = Object.entries(statuses) as [ExecutionStatus, number][];
  const sum = (which: (status: ExecutionStatus) => boolean): number =>
    counts.reduce((total, [status, number]) => (which(status) ? total + number : total), 0);
  const ended = sum(isEnded);
  const succeeded = sum((status) => status === 'completed');
  return {
    version,
    count: sum(() => true),
    succeeded,
    successRate: ended === 0 ? null : succeeded / ended,
    p50Ms: p50,
    p95Ms: p95,
    statuses,
  };
}
