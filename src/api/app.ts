import { type Context, Hono } from 'hono';
import { Problem } from '../problems/problem.ts';
import type { ApiDeps } from './deps.ts';
import { finishResponse } from './finish-response.ts';
import { type Env, handleRoute } from './handle-route.ts';
import { problemResponse } from './problem-response.ts';
import { refuseForeigners } from './refuse-foreigners.ts';
import type { Route } from './route.ts';
import { allRoutes } from './routes/index.ts';

/** The private API: for people, the command line and the dashboard. `app.request()` tests it without a socket. */
export function createApp(deps: ApiDeps): Hono<Env> {
  const app = new Hono<Env>();
  const log = deps.log ?? (() => undefined);
  app.use(async (c, next) => {
    c.set('requestId', deps.newRequestId());
    refuseForeigners(c.req.raw, deps.publicUrls);
    await next();
    finishResponse(c, deps);
  });
  app.onError((error, c) => {
    const ids = requestIds(c, deps);
    if (!(error instanceof Problem))
      log('error', `${c.req.method} ${loggedPath(c.req.path)} failed`, { ...ids, error });
    c.res = problemResponse(error, ids);
    finishResponse(c, deps);
    return c.res;
  });
  const routes = allRoutes(deps);
  for (const route of routes)
    app.on(route.method.toUpperCase(), honoPath(route.path), (c) => handleRoute(deps, route, c));
  for (const [path, methods] of methodsByPath(routes)) {
    const allow = methods.join(', ');
    // Names what is allowed and nothing else: no page of another origin is let in.
    app.on('OPTIONS', path, () => new Response(null, { status: 204, headers: { allow } }));
    app.all(path, (c) => {
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

/** The last part of a callback's address is a credential. */
const loggedPath = (path: string): string => path.replace(/^(\/callbacks\/).+/s, '$1…');

/** What a caller names a request by is told again, but never in the place of our own id. */
const CALLERS_ID = /^[\w.:/+=-]{1,128}$/;

function requestIds(
  c: Context<Env>,
  deps: ApiDeps,
): { readonly request_id: string; readonly client_request_id?: string } {
  const given = c.req.header('x-request-id') ?? '';
  return {
    request_id: c.get('requestId') ?? deps.newRequestId(),
    ...(CALLERS_ID.test(given) && { client_request_id: given }),
  };
}

const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** GET answers HEAD too, and OPTIONS is answered everywhere. */
function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of routes) {
    const known = methods.get(honoPath(path)) ?? new Set();
    for (const name of method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]) known.add(name);
    methods.set(honoPath(path), known);
  }
  return new Map([...methods].map(([path, names]) => [path, [...names, 'OPTIONS']]));
}
