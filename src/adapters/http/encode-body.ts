import type { Json } from '../../dsl/ir/json.ts';

/**
 * The body as text, with `content-type` set in `headers` when the author has not. Strings are sent as they are, anything
 * else as JSON, or as a form when the content type says so. null and undefined are no body.
 */
export function encodeBody(body: Json | undefined, headers: Record<string, string>): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') {
    headers['content-type'] ??= 'text/plain; charset=utf-8';
    return body;
  }
  if (headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true)
    return encodeForm(body);
  headers['content-type'] ??= 'application/json';
  return JSON.stringify(body);
}

function encodeForm(body: Json): string {
  const form = new URLSearchParams();
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) {
    for (const [name, value] of Object.entries(body)) {
      for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
        if (item !== null) form.append(name, typeof item === 'object' ? JSON.stringify(item) : String(item));
      }
    }
  }
  return form.toString();
}
