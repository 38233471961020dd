import { and, eq, inArray, sql } from 'drizzle-orm';
import type { AuditEntry } from '../audit/entry.ts';
import { systemPrincipal } from '../auth/principal.ts';
import type { ErrorInfo } from '../activities/contract.ts';
import type { Json } from '../dsl/ir/json.ts';
import { change } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { archivedExecutions as table } from '../store/schema/executions.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import type { EndedExecution } from './read-ended.ts';

/** The end of an execution, told once for each run that ended it. */
export interface ExecutionEnded {
  readonly organisation: string;
  readonly executionId: string;
  readonly runId: string;
  readonly flow: string;
  readonly version: string;
  readonly environment: string;
  readonly status: ExecutionStatus;
  readonly output: Json | null;
  readonly error: ErrorInfo | null;
  readonly endedAt: Date;
}
/** Takes part in the transaction that archives: what it writes is there exactly once, or the end is told again. */
export type OnEnded = (tx: Queries, ended: ExecutionEnded) => Promise<void>;

/**
 * Archives ends of executions of one organisation, earliest first, in one transaction with an audit record each. A run that was
 * counted before is passed over; gives those counted now. Partitions must be there. Throws store_unavailable.
 */
export async function storeEnded(
  database: Pick<Database, 'db'>,
  { organisation, now, onEnded }: { readonly organisation: string; readonly now: number; readonly onEnded: OnEnded },
  ends: readonly EndedExecution[],
): Promise<readonly EndedExecution[]> {
  const context = { principal: systemPrincipal('sweeper', organisation), requestId: null, now };
  return change(database, context, async (tx, record) => {
    // Sweepers of several processes take turns.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`weir archive ${organisation}`}, 0))`);
    const ids = ends.map(({ run }) => run.executionId);
    const rows = await tx
      .select({ executionId: table.executionId, startedAt: table.startedAt, runs: table.runs, counted: table.counted })
      .from(table)
      .where(and(eq(table.organisation, organisation), inArray(table.executionId, ids)));
    const known = new Map(rows.map((row) => [row.executionId, row]));
    const counted: EndedExecution[] = [];
    for (const end of ends) {
      const { executionId, runId } = end.run;
      const row = known.get(executionId);
      if (row?.counted.includes(runId)) continue;
      const startedAt = row?.startedAt ?? new Date(end.view.started_at);
      const all = [...(row?.counted ?? []), runId];
      const own = and(
        eq(table.organisation, organisation),
        eq(table.startedAt, startedAt),
        eq(table.executionId, executionId),
      );
      const later = row?.runs.includes(runId) === true; // a later end has been archived already
      if (row === undefined)
        await tx.insert(table).values({ ...rowOf(end, now), organisation, executionId, startedAt, counted: all });
      else
        await tx
          .update(table)
          .set(later ? { counted: all } : { ...rowOf(end, now), counted: all })
          .where(own);
      known.set(executionId, { executionId, startedAt, runs: later ? row.runs : [...end.runs], counted: all });
      record(auditOf(end));
      await onEnded(tx, endedOf(end, organisation));
      counted.push(end);
    }
    return counted;
  });
}

function rowOf({ run, view, category, runs, events, request, history }: EndedExecution, now: number) {
  const endedAt = run.endedAt ?? new Date(now);
  return {
    flow: view.flow,
    version: view.version,
    hash: view.hash,
    environment: view.environment,
    category,
    status: view.status,
    tags: [...view.tags],
    lastStartedAt: run.startedAt,
    endedAt,
    durationMs: view.duration_ms ?? 0,
    origin: view.parent?.execution_id ?? view.origin?.execution_id ?? null,
    runs: [...runs],
    events,
    request,
    view,
    history,
    archivedAt: new Date(now),
  };
}

function auditOf({ run, view, historyHash }: EndedExecution): AuditEntry {
  return {
    action: `execution.${view.status}`,
    subject: { type: 'execution', id: view.execution_id },
    outcome: view.status === 'failed' || view.status === 'timed_out' ? 'failure' : 'success',
    details: {
      run: run.runId,
      flow: view.flow,
      version: view.version,
      environment: view.environment,
      started_at: view.started_at,
      ended_at: view.ended_at,
      steps: view.steps.length,
      history_sha256: historyHash,
      ...(view.error !== null && { error: view.error.code }),
      ...(view.parent !== null && { parent: view.parent.execution_id }),
      ...(view.origin !== null && { origin: view.origin.execution_id }),
    },
  };
}

const endedOf = ({ run, view }: EndedExecution, organisation: string): ExecutionEnded => ({
  organisation,
  executionId: view.execution_id,
  runId: run.runId,
  flow: view.flow,
  version: view.version,
  environment: view.environment,
  status: view.status,
  output: view.output,
  error: view.error,
  endedAt: run.endedAt ?? new Date(0),
});
