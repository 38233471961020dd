import { sql } from 'drizzle-orm';
import { systemPrincipal } from '../auth/principal.ts';
import type { Database } from '../store/database.ts';
import { storeProblem } from '../store/store-problem.ts';
import { appendAudit } from './append.ts';

/** 7 years, the least that the database allows. */
export const KEEP_MONTHS = 84;

export interface DroppedMonth {
  readonly organisation: string;
  readonly partition: string;
  /** The last record that was dropped: the chain begins after it. */
  readonly seq: number;
}

/**
 * Drops whole months of audit records that ended more than `keepMonths` ago (84 at least). Each chain's anchor, and a record of it in
 * that chain, stand in the same transaction. Throws store_unavailable, also when reading exports hold it up: try again later.
 */
export async function retain(options: {
  readonly database: Pick<Database, 'db'>;
  readonly keepMonths?: number;
  /** ms since the epoch. Default: the clock. */
  readonly now?: () => number;
}): Promise<readonly DroppedMonth[]> {
  const { database, keepMonths = KEEP_MONTHS, now = Date.now } = options;
  try {
    return await database.db.transaction(async (tx) => {
      const rows = await tx.execute<{ organisation: string; seq: string; dropped_partition: string }>(
        sql`select organisation, seq, dropped_partition from weir_audit_retain(${keepMonths}) order by organisation, seq`,
      );
      const dropped = rows.map((row) => ({
        organisation: row.organisation,
        partition: row.dropped_partition,
        seq: Number(row.seq),
      }));
      for (const { organisation, partition, seq } of dropped)
        await appendAudit(tx, { principal: systemPrincipal('audit', organisation), requestId: null, now: now() }, [
          { action: 'audit.retain', subject: { type: 'audit', id: partition }, details: { last_seq: seq } },
        ]);
      return dropped;
    });
  } catch (error) {
    throw storeProblem(error);
  }
}

/** Makes the partitions of this month and the next three. Throws store_unavailable, also when somebody holds the table for long. */
export async function ensurePartitions({ db }: Pick<Database, 'db'>): Promise<void> {
  try {
    await db.execute(sql`select weir_audit_partitions()`);
  } catch (error) {
    throw storeProblem(error);
  }
}

/** What is to be done once a day: partitions ahead, and retention. */
export function createAuditRetention(options: {
  readonly database: Pick<Database, 'db'>;
  readonly keepMonths?: number;
}): { readonly tick: () => Promise<void> } {
  return {
    async tick() {
      await ensurePartitions(options.database);
      await retain(options);
    },
  };
}
