import type { Json, JsonObject } from '../../dsl/ir/json.ts';

/** What a record says, for forms of export that show it in fields of their own. */
export interface RecordFields {
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly subject: { readonly type: string; readonly id: string };
  readonly requestId: string;
  readonly intent: string;
  readonly details: JsonObject;
}

/** Never throws: a body that somebody has changed is exported as it stands, with empty fields where it can't be read. */
export function parseBody(body: string): RecordFields {
  let parsed: Json = null;
  try {
    parsed = JSON.parse(body) as Json; // JSON.parse gives JSON and nothing else
  } catch {
    // told by verifying
  }
  const record = mapOf(parsed);
  const actor = mapOf(record['actor']);
  const subject = mapOf(record['subject']);
  return {
    at: textOf(record['at']),
    action: textOf(record['action']),
    outcome: textOf(record['outcome']),
    actor: { kind: textOf(actor['kind']), id: textOf(actor['id']), name: textOf(actor['name']) },
    subject: { type: textOf(subject['type']), id: textOf(subject['id']) },
    requestId: textOf(record['request_id']),
    intent: textOf(record['intent']),
    details: mapOf(record['details']),
  };
}

function mapOf(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {}; // a map
}
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
