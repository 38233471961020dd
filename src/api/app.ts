import { type Context, Hono } from 'hono';
import { systemPrincipal } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';
import { authorize } from './access.ts';
import type { ApiDeps } from './deps.ts';
import { problemResponse } from './problem-response.ts';
import { parse, readBody } from './read-body.ts';
import { refuseForeigners } from './refuse-foreigners.ts';
import type { Route } from './route.ts';
import { allRoutes } from './routes/index.ts';

type Env = { Variables: { requestId: string } };

/** The private API: for people, the command line and the dashboard. `app.request()` tests it without a socket. */
export function createApp(deps: ApiDeps): Hono<Env> {
  const app = new Hono<Env>();
  const log = deps.log ?? (() => undefined);
  app.use(async (c, next) => {
    const requestId = deps.newRequestId();
    c.set('requestId', requestId);
    refuseForeigners(c.req.raw);
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    c.res.headers.set('x-request-id', requestId);
  });
  app.onError((error, c) => {
    const requestId = c.get('requestId') ?? deps.newRequestId();
    if (!(error instanceof Problem))
      log('error', `${c.req.method} ${c.req.path} failed`, { request_id: requestId, error });
    const response = problemResponse(error, requestId);
    for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, 'x-request-id': requestId }))
      response.headers.set(name, value);
    return response;
  });
  const routes = allRoutes(deps);
  for (const route of routes) app.on(route.method.toUpperCase(), honoPath(route.path), (c) => handle(deps, route, c));
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(path, (c) => {
      const allow = methods.join(', ');
      throw new Problem('method_not_allowed', `${c.req.method} is not allowed on ${c.req.path}; ${allow} is.`, {
        headers: { allow },
      });
    });
  }
  app.notFound((c) => {
    throw new Problem('not_found', `There is nothing at ${c.req.path}.`);
  });
  return app;
}

/** No answer is a page: nothing may be framed, sniffed or loaded from it. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

async function handle(deps: ApiDeps, route: Route, c: Context<Env>): Promise<Response> {
  const requestId = c.get('requestId');
  const now = deps.now();
  const principal = route.access.on === 'public' ? null : await deps.authenticate(c.req.raw);
  const services = deps.servicesFor({ principal: principal ?? systemPrincipal('public', 'default'), requestId, now });
  const scope = await authorize({ access: route.access, principal, params: c.req.param(), services });
  const params = route.params === undefined ? undefined : parse(c.req.param(), route.params, 'the path');
  const query = route.query === undefined ? undefined : parse(c.req.query(), route.query, 'the query');
  const body = route.body === undefined ? undefined : await readBody(c.req.raw, route.body);
  return route.handle({
    params,
    query,
    body,
    header: (name) => c.req.header(name),
    signal: c.req.raw.signal,
    context: c,
    services,
    principal,
    scope,
    requestId,
    now,
    servicesFor: deps.servicesFor,
  });
}

const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes)
    methods.set(honoPath(path), [...(methods.get(honoPath(path)) ?? []), method.toUpperCase()]);
  return methods;
}
