import { parseJson } from '../api/read-body.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';

const MAX_HEADERS = 50;
const MAX_HEADER_CHARS = 1_000;

export interface WebhookBody {
  readonly headers: Headers;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The event's data: a JSON body as it is, a form as an object (a repeated field is a list), text as text, anything else in base64.
 * Without a body: the query. By its Content-Type alone, whatever it looks like. Throws invalid_json.
 */
export function webhookData({ headers, query, body }: WebhookBody): Json {
  if (body.length === 0) return { ...query };
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || /^[\w.-]+\/[\w.-]+\+json$/.test(type)) return parseJson(body) as Json; // it was parsed from JSON
  if (type === 'application/x-www-form-urlencoded') return formData(Buffer.from(body).toString());
  if (type.startsWith('text/')) return new TextDecoder().decode(body);
  return Buffer.from(body).toString('base64');
}

/** What is told of the call in `$trigger.headers`: what it says of itself, never a credential. The query is in `query`. */
export function webhookHeaders({ headers, query }: Pick<WebhookBody, 'headers' | 'query'>): JsonObject {
  const told: Record<string, Json> = {};
  headers.forEach((value, name) => {
    if (!TOLD.test(name) || KEPT.test(name) || value.length > MAX_HEADER_CHARS) return;
    if (Object.keys(told).length < MAX_HEADERS) told[name] = value;
  });
  if (Object.keys(query).length > 0) told.query = { ...query };
  return told;
}

const TOLD = /^(content-type|user-agent|traceparent|(x|ce|webhook|stripe)-[\w-]+)$/;
/** Credentials, signatures, and what proxies tell of addresses. */
const KEPT =
  /auth|cookie|token|secret|signature|key|password|credential|session|hmac|csrf|jwt|forwarded|real-ip|client-ip/;

function formData(text: string): Json {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(fields); // own properties, `__proto__` too
}
