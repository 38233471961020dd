import { stringify } from 'csv-stringify/sync';
import type { AuditRecord } from '../audit-log.ts';
import { parseBody } from './parse-body.ts';

const COLUMNS = [
  'seq',
  'at',
  'action',
  'outcome',
  'actor_kind',
  'actor_id',
  'actor_name',
  'subject_type',
  'subject_id',
  'request_id',
  'intent',
  'details',
  'hash',
] as const;

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/**
 * Lines of CSV (RFC 4180) for spreadsheets. What a spreadsheet would take for a formula gets an apostrophe in front, so this
 * form can't be verified: JSONL can.
 */
export function csvRows(records: readonly AuditRecord[]): string {
  const rows = records.map(({ seq, body, hash }) => {
    const { at, action, outcome, actor, subject, requestId, intent, details } = parseBody(body);
    const who = [actor.kind, actor.id, actor.name];
    return [
      seq,
      at,
      action,
      outcome,
      ...who,
      subject.type,
      subject.id,
      requestId,
      intent,
      JSON.stringify(details),
      hash,
    ];
  });
  return stringify(rows, { escape_formulas: true, record_delimiter: 'windows' });
}
