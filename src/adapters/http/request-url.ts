import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { ActionError } from '../action-error.ts';

/** An absolute http(s) URL. `user:password@` becomes a Basic authorization, so that it shows in no message. Error: `validation_failed`. */
export function parseUrl(text: string): { url: URL; authorization: string | null } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ActionError({
      code: 'validation_failed',
      message: 'The URL must be absolute and begin with http:// or https://.',
      outcome: 'not_sent',
    });
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' && password === '') return { url, authorization: null };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Adds a map to the query: lists repeat the name, null is left out, objects are JSON. */
export function appendQuery(url: URL, query: JsonObject): void {
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
      if (item !== null) url.searchParams.append(name, typeof item === 'object' ? JSON.stringify(item) : String(item));
    }
  }
}
