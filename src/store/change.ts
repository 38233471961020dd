import { appendAudit } from '../audit/append.ts';
import type { AuditContext, AuditEntry } from '../audit/entry.ts';
import type { Database, Queries } from './database.ts';
import { inTime } from './in-time.ts';
import { noteEffect } from './request-claim.ts';
import { storeProblem } from './store-problem.ts';

/** Longer than a statement may take (database.ts), so that they end only what is not answered at all. */
const READ_MS = 18_000;
const CHANGE_MS = 25_000;

/**
 * Runs a change and its audit records in one transaction: both are there or neither. `work` tells what it did by `record`; the
 * records are appended at its end, so that the chain is locked briefly. A change without a record is a defect. A
 * request's idempotency key is noted as used in the same transaction. Throws what `work` throws, after undoing everything;
 * store_unavailable when PostgreSQL is away.
 */
export async function change<T>(
  { db }: Pick<Database, 'db'>,
  context: AuditContext,
  work: (tx: Queries, record: (entry: AuditEntry) => void) => Promise<T>,
): Promise<T> {
  const entries: AuditEntry[] = [];
  try {
    const done = db.transaction(async (tx) => {
      if (context.claim?.over === false) await noteEffect(tx, context.claim);
      const result = await work(tx, (entry) => void entries.push(entry));
      if (entries.length > 0) await appendAudit(tx, context, entries);
      return result;
    });
    return await inTime(
      done,
      CHANGE_MS,
      'The database did not answer in time; whether the change was made is not known.',
    );
  } catch (error) {
    throw storeProblem(error);
  }
}

/** Runs queries that change nothing. Throws store_unavailable when PostgreSQL is away. */
export async function read<T>({ db }: Pick<Database, 'db'>, work: (db: Queries) => Promise<T>): Promise<T> {
  try {
    return await inTime(work(db), READ_MS, 'The database did not answer in time.');
  } catch (error) {
    throw storeProblem(error);
  }
}
