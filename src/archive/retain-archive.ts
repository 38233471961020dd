import { sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import { systemPrincipal } from '../auth/principal.ts';
import type { Database } from '../store/database.ts';
import { storeProblem } from '../store/store-problem.ts';

export interface RetainOptions {
  readonly database: Pick<Database, 'db'>;
  /** Executions that ended longer ago are removed. Default 90, at least 2. */
  readonly days?: number;
  /** Rows removed in one transaction, where a month can't be dropped whole. Default 1,000. */
  readonly batch?: number;
  /** ms since the epoch. Default: the clock. */
  readonly now?: () => number;
}

const DAY_MS = 86_400_000;
const LEAST_DAYS = 2;

/**
 * Removes archived executions that ended before the retention: months of which nothing is kept by dropping their partition, the
 * rest row by row. Each organisation's audit log is told how many it lost. May be run at any time, also twice at once; gives how
 * many are gone. Throws store_unavailable.
 */
export async function retainArchive(options: RetainOptions): Promise<number> {
  const { database, days = 90, batch = 1_000, now = Date.now } = options;
  if (!(days >= LEAST_DAYS))
    throw new Error(`archived executions are kept for ${LEAST_DAYS} days at least, not ${days}`);
  const before = new Date(now() - days * DAY_MS).toISOString();
  let removed = await remove(
    sql`select organisation, sum(executions)::int as executions from weir_drop_archive(${before}::timestamptz) group by 1 order by 1`,
  );
  for (let last = batch; last >= batch; removed += last)
    last = await remove(
      sql`with gone as (
            delete from archived_executions a using (
              select organisation, started_at, execution_id from archived_executions
              where ended_at < ${before}::timestamptz order by ended_at limit ${batch} for update skip locked
            ) old
            where (a.organisation, a.started_at, a.execution_id) = (old.organisation, old.started_at, old.execution_id)
            returning a.organisation
          )
          select organisation, count(*)::int as executions from gone group by 1 order by 1`,
    );
  return removed;

  /** One statement that removes and counts, and the audit records of what it removed. */
  async function remove(statement: ReturnType<typeof sql>): Promise<number> {
    try {
      return await database.db.transaction(async (tx) => {
        const rows = await tx.execute<{ organisation: string; executions: number }>(statement);
        for (const { organisation, executions } of rows)
          await appendAudit(tx, { principal: systemPrincipal('archive', organisation), requestId: null, now: now() }, [
            {
              action: 'execution.expire',
              subject: { type: 'organisation', id: organisation },
              details: { executions, ended_before: before, days },
            },
          ]);
        return rows.reduce((sum, { executions }) => sum + executions, 0);
      });
    } catch (error) {
      throw storeProblem(error);
    }
  }
}
