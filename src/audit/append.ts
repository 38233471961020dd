import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { JsonObject } from '../dsl/ir/json.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { Queries } from '../store/database.ts';
import type { AuditContext, AuditEntry } from './entry.ts';
import { storableText } from './storable-text.ts';

/** Version of the record's form; part of what is hashed. */
export const AUDIT_FORMAT = 1;
/** Details beyond this are replaced by their hash: a chain is read as a whole, again and again. */
const MAX_DETAILS = 32_768;
/** Longest text of a column to search by, in characters: indexes take no more than 2,700 bytes. The body has all of it. */
const MAX_COLUMN = 300;

/**
 * Appends records to the organisation's chain, in order, when the transaction `tx` is committed: only then is the chain locked. The
 * hashes are made by the database (weir_audit_append), whose role alone may write records.
 */
export async function appendAudit(tx: Queries, context: AuditContext, entries: readonly AuditEntry[]): Promise<void> {
  const rows = entries.map((entry) => auditRow(context, entry));
  await tx.execute(
    sql`select weir_audit_append(${context.principal.organisation}, ${JSON.stringify(rows)}::text::jsonb)`,
  );
}

/** A record as weir_audit_append takes it: some columns to search by, and the body that is hashed and exported. */
export function auditRow({ principal, requestId, now }: AuditContext, entry: AuditEntry) {
  const { action, subject, outcome = 'success', details = {}, intent } = entry;
  const actor = { kind: principal.kind, id: principal.id, name: principal.name };
  const record = {
    format: AUDIT_FORMAT,
    at: new Date(now).toISOString(),
    action,
    outcome,
    actor,
    subject: { ...subject },
    request_id: requestId,
    details: bounded(details),
  };
  return {
    ...searchColumns({ action, outcome, actor: principal.id, type: subject.type, subject: subject.id, requestId }),
    body: canonicalJson(intent === undefined ? record : { ...record, intent }),
  };
}

/** The columns beside a body. What PostgreSQL can't store or index stands in the body only. */
export function searchColumns(record: {
  readonly action: string;
  readonly outcome: string;
  readonly actor: string;
  readonly type: string;
  readonly subject: string;
  readonly requestId: string | null;
}) {
  return {
    action: column(record.action),
    outcome: column(record.outcome),
    actor: column(record.actor),
    subject_type: column(record.type),
    subject: column(record.subject),
    request_id: record.requestId === null ? null : column(record.requestId),
  };
}

/** Text as it stands in a column to search by. */
export function column(text: string): string {
  return storableText(text.slice(0, MAX_COLUMN));
}

function bounded(details: JsonObject): JsonObject {
  const text = canonicalJson(details);
  if (text.length <= MAX_DETAILS) return details;
  return { left_out: { characters: text.length, sha256: createHash('sha256').update(text).digest('hex') } };
}
