import { sql } from 'drizzle-orm';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { Queries } from '../store/database.ts';
import type { AuditContext, AuditEntry } from './entry.ts';

/** Version of the record's form; part of what is hashed. */
export const AUDIT_FORMAT = 1;

/**
 * Appends records to the organisation's chain within the transaction `tx`, in order; gives the last sequence number. The
 * chain's head stays locked until the transaction ends, so call it last. The hash is made by the database
 * (weir_audit_append), whose role alone may write records.
 */
export async function appendAudit(tx: Queries, context: AuditContext, entries: readonly AuditEntry[]): Promise<number> {
  const rows = entries.map((entry) => auditRow(context, entry));
  const [last] = await tx.execute<{ seq: string }>(
    sql`select weir_audit_append(${context.principal.organisation}, ${JSON.stringify(rows)}::jsonb) as seq`,
  );
  return Number(last?.seq);
}

/** A record as weir_audit_append takes it: some columns to search by, and the body that is hashed and exported. */
export function auditRow({ principal, requestId, now }: AuditContext, entry: AuditEntry) {
  const at = new Date(now).toISOString();
  const { action, subject, outcome = 'success', details = {}, intent } = entry;
  const actor = { kind: principal.kind, id: principal.id, name: principal.name };
  const record = {
    format: AUDIT_FORMAT,
    at,
    action,
    outcome,
    actor,
    subject: { ...subject },
    request_id: requestId,
    details,
  };
  const body = canonicalJson(intent === undefined ? record : { ...record, intent });
  return {
    at,
    action,
    outcome,
    actor: principal.id,
    subject_type: subject.type,
    subject: subject.id,
    request_id: requestId,
    body,
  };
}
