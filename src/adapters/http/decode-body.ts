import type { Json } from '../../dsl/ir/json.ts';
import { ActionError } from '../action-error.ts';
import type { HttpAnswer } from './client.ts';

export type ResponseKind = 'json' | 'text' | 'base64';

/**
 * The body as a flow sees it. Without a kind the content type decides: JSON types are parsed, the rest is text.
 * An empty body is null. Error: `invalid_response` when it should be JSON and is not.
 */
export function decodeBody(answer: HttpAnswer, kind: ResponseKind | undefined): Json {
  if (answer.body.length === 0) return null;
  const wanted = kind ?? (isJsonType(answer.headers) ? 'json' : 'text');
  if (wanted === 'base64') return answer.body.toString('base64');
  const text = decodeText(answer.body, answer.headers);
  if (wanted === 'text') return text;
  try {
    return JSON.parse(text) as Json; // JSON.parse gives JSON
  } catch {
    throw new ActionError({
      code: 'invalid_response',
      message: `The answer (${answer.status}) should be JSON and is not.`,
      status: answer.status,
      details: { body: text.slice(0, 500) },
    });
  }
}

/** `application/json`, `text/json` and anything that ends in `+json`. */
export function isJsonType(headers: HttpAnswer['headers']): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(contentType(headers));
}

/** Text by the charset of the content type; UTF-8 when there is none or it is unknown. */
export function decodeText(body: Buffer, headers: HttpAnswer['headers']): string {
  const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(contentType(headers))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

function contentType(headers: HttpAnswer['headers']): string {
  const value = headers['content-type'];
  return typeof value === 'string' ? value : '';
}
