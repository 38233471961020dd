import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { systemPrincipal, type Principal } from '../auth/principal.ts';
import type { RequestClaim } from '../store/request-claim.ts';
import { authorize } from './access.ts';
import type { ApiDeps } from './deps.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { sourceAddress } from './rate-limit-address.ts';
import type { RateLimitHeaders } from './rate-limit.ts';
import { decodeBody, readBodyBytes } from './read-body.ts';
import { readPath, readQuery } from './read-query.ts';
import type { Route } from './route.ts';

export type Env = { Variables: { requestId: string; rate?: RateLimitHeaders } };

/** One request to a matched route, from who sends it to its answer; each stage refuses before the next one costs anything. */
export async function handleRoute(deps: ApiDeps, route: Route, c: Context<Env>): Promise<Response> {
  const requestId = c.get('requestId');
  const now = deps.now();
  const principal = await identify(deps, route, c);
  const servicesOf = (claim?: RequestClaim) =>
    deps.servicesFor({
      principal: principal ?? systemPrincipal('public', 'default'),
      requestId,
      now,
      ...(claim !== undefined && { claim }),
    });
  const services = servicesOf();
  const scope = await authorize({ access: route.access, principal, params: c.req.param(), services });
  const params = route.params === undefined ? undefined : readPath(c.req.param(), route.params);
  const query = readQuery(c.req.raw.url, route);
  const bytes = route.body === undefined ? undefined : await readBodyBytes(c.req.raw, route.body);
  const body = route.body === undefined ? undefined : decodeBody(c.req.raw, bytes ?? new Uint8Array(), route.body);
  const { signal } = c.req.raw;
  const answer = async (claim?: RequestClaim): Promise<Response> => {
    const response = await route.handle({
      params,
      query,
      body,
      header: (name) => c.req.header(name),
      signal: route.stream && deps.drain ? AbortSignal.any([signal, deps.drain.signal]) : signal,
      context: c,
      services: claim === undefined ? services : servicesOf(claim),
      principal,
      scope,
      requestId,
      now,
      servicesFor: deps.servicesFor,
    });
    await deps.inspect?.(route, response);
    return route.etag ? tagged(response) : response;
  };
  const key = idempotencyKey(route, c.req.header('idempotency-key'));
  if (key === null || principal === null || deps.idempotency === undefined) return answer();
  const { pathname, search } = new URL(c.req.raw.url);
  const operation = `${c.req.method} ${pathname}${search}`;
  return deps.idempotency.run(
    { principal, key, operation, body: bytes ?? new Uint8Array(), secretAnswer: route.secretAnswer === true },
    answer,
  );
}

/** With an ETag of its content, unless it has one. Weak: other headers may differ. */
async function tagged(response: Response): Promise<Response> {
  if (response.status !== 200 || response.headers.has('etag')) return response;
  const text = await response.text();
  const headers = new Headers(response.headers);
  headers.set('etag', `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`);
  return new Response(text, { status: 200, headers });
}

/** Who sends it, within the limits of the address and of who it is. Null on a public route. */
async function identify(deps: ApiDeps, route: Route, c: Context<Env>): Promise<Principal | null> {
  const { limits, trustedProxies = 0 } = deps;
  const address = sourceAddress(c, trustedProxies);
  if (route.access.on === 'public') {
    if (limits !== undefined) c.set('rate', await limits.ofPublicRoute(address, route.path));
    return null;
  }
  const authenticate = () => deps.authenticate(c.req.raw, { address });
  const credential = `${c.req.header('authorization') ?? ''}\n${c.req.header('cookie') ?? ''}`;
  if (limits === undefined || credential === '\n') return authenticate();
  const principal = await limits.guard(address, credential, authenticate);
  if (principal !== null) c.set('rate', await limits.ofPrincipal(principal));
  return principal;
}
