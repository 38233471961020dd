import type { JsonObject } from '../dsl/ir/json.ts';
import type { Database } from '../store/database.ts';
import { auditRow, column } from './append.ts';
import type { IntentOutcome, OpenIntent, StoredIntent } from './intents.ts';
import { storableJson } from './storable-text.ts';

export type IntentLine = { readonly intent: OpenIntent; readonly now: number } & (
  | { readonly kind: 'open' }
  | { readonly kind: 'settle'; readonly outcome: IntentOutcome; readonly details?: JsonObject }
);

/**
 * Writes a batch as one statement, and so as one transaction in one round trip: the rows of new intents, and the records of all.
 * An outcome is written only by who removes the intent's row: whoever comes second writes nothing. Chains are locked in the order of
 * their names, so that batches of several processes can't wait for each other.
 */
export async function writeIntents({ sql }: Pick<Database, 'sql'>, lines: readonly IntentLine[]): Promise<void> {
  const batch = JSON.stringify(lines.map(rowOf));
  await sql`
    with batch as (
      select * from jsonb_to_recordset(${batch}::text::jsonb)
        as b (n int, kind text, organisation text, id uuid, action text, subject text, entry text, record jsonb)
    ), opened as (
      insert into audit_intents (id, organisation, action, subject, entry, at)
      select id, organisation, action, subject, entry::jsonb, clock_timestamp() from batch where kind = 'open'
    ), settled as (
      delete from audit_intents using batch where batch.kind = 'settle' and audit_intents.id = batch.id
      returning audit_intents.id
    ), records as (
      select organisation, jsonb_agg(record order by n) as records from batch
      where kind = 'open' or id in (select id from settled) group by organisation order by organisation
    )
    select weir_audit_append(organisation, records) from records`;
}

function rowOf(line: IntentLine, n: number) {
  const { id, context, entry } = line.intent;
  const isOpen = line.kind === 'open';
  const stored: StoredIntent = { context, entry };
  const record = isOpen
    ? { ...entry, outcome: 'intended' as const, intent: id }
    : { ...entry, outcome: line.outcome, details: line.details ?? {}, intent: id };
  return {
    n,
    kind: line.kind,
    organisation: context.principal.organisation,
    id,
    action: column(entry.action),
    subject: column(entry.subject.id),
    entry: isOpen ? storableJson(stored) : null,
    record: auditRow({ ...context, now: line.now }, record),
  };
}
