import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { ActionFunction } from '../adapter.ts';
import { ActionError } from '../action-error.ts';
import type { HttpClient } from './client.ts';
import { decodeBody, type ResponseKind } from './decode-body.ts';
import { encodeBody } from './encode-body.ts';
import { appendQuery, parseUrl } from './request-url.ts';
import { ERROR_BODY_BYTES, statusError } from './status-error.ts';

/** Params after the manifest's input schema has been checked. */
interface RequestParams {
  readonly method?: string;
  readonly url: string;
  readonly query?: JsonObject;
  readonly headers?: Readonly<Record<string, string | number | boolean | null>>;
  readonly body?: Json;
  readonly response?: ResponseKind;
  readonly ok?: number | string | readonly (number | string)[];
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** `http.request`. Redirects of GET and HEAD are followed (5 at most); to another origin without the call's headers. */
export function createRequestAction(client: HttpClient): ActionFunction {
  return async (raw, context) => {
    const params = raw as unknown as RequestParams; // checked against the manifest's schema by the activity
    const method = (params.method ?? 'GET').toUpperCase();
    const ok = okFilter(params.ok);
    const { url, authorization } = parseUrl(params.url);
    appendQuery(url, params.query ?? {});
    const headers: Record<string, string> = {
      'accept-encoding': 'gzip, deflate, br',
      accept: '*/*',
      'user-agent': 'weir/0.1',
    };
    if (authorization !== null) headers['authorization'] = authorization;
    if (context.ownKey || !SAFE_METHODS.has(method)) headers['idempotency-key'] = context.idempotencyKey;
    for (const [name, value] of Object.entries(params.headers ?? {}))
      if (value !== null) headers[name.toLowerCase()] = String(value);
    const body = encodeBody(params.body, headers);
    const follow = (status: number): boolean =>
      (method === 'GET' || method === 'HEAD') && REDIRECTS.has(status) && !ok(status);
    const answer = await client.exchange({
      method,
      url,
      headers,
      body,
      signal: context.signal,
      followRedirects: follow,
      cutAt: (status) => (ok(status) ? null : ERROR_BODY_BYTES),
    });
    if (!ok(answer.status)) throw statusError(answer, { method, url });
    return { status: answer.status, headers: answer.headers, body: decodeBody(answer, params.response) };
  };
}

/** `ok: 404`, `ok: [2xx, 404]`. Default 2xx. */
function okFilter(ok: RequestParams['ok']): (status: number) => boolean {
  const wanted = (Array.isArray(ok) ? ok : [ok ?? '2xx']).map(String);
  if (wanted.length === 0)
    throw new ActionError({
      code: 'validation_failed',
      message: '`ok` needs at least one status.',
      outcome: 'not_sent',
    });
  return (status) => wanted.includes(String(status)) || wanted.includes(`${Math.floor(status / 100)}xx`);
}
