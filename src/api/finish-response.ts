import type { Context } from 'hono';
import type { ApiDeps } from './deps.ts';
import type { Env } from './handle-route.ts';

/** No answer is a page: nothing may be framed, sniffed or loaded from it. The pages of /docs bring a policy of their own. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** What every answer has, whoever made it: headers, 304 for what the caller has already, no body for HEAD. */
export function finishResponse(c: Context<Env>, { drain }: Pick<ApiDeps, 'drain'>): void {
  const { method } = c.req.raw;
  const etag = c.res.headers.get('etag');
  const reading = method === 'GET' || method === 'HEAD';
  if (reading && c.res.status === 200 && etag !== null && matches(c.req.header('if-none-match'), etag)) {
    const headers = new Headers({ etag });
    for (const name of ['cache-control', 'vary', 'location']) {
      const value = c.res.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    replaceResponse(c, new Response(null, { status: 304, headers }));
  }
  if (method === 'HEAD' && c.res.body !== null) {
    const { status, headers } = c.res;
    void c.res.body.cancel().catch(() => undefined); // a stream would go on for nobody
    replaceResponse(c, new Response(null, { status, headers }));
  }
  const headers = { ...SECURITY_HEADERS, 'cache-control': etag === null ? 'no-store' : 'private, no-cache' };
  for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  for (const [name, value] of Object.entries(c.get('rate') ?? {})) c.res.headers.set(name, value);
  if (c.req.url.startsWith('https:')) c.res.headers.set('strict-transport-security', 'max-age=31536000');
  if (drain?.signal.aborted === true) c.res.headers.set('connection', 'close');
  c.res.headers.set('x-request-id', c.get('requestId'));
}

/** Hono would carry the headers of the one before over. */
function replaceResponse(c: Context<Env>, response: Response): void {
  c.res = undefined;
  c.res = response;
}

/** RFC 9110: the weak comparison, of a list or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => bare(tag) === bare(etag));
}
