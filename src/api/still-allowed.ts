import { Problem } from '../problems/problem.ts';
import { authorize } from './access.ts';
import type { ApiDeps } from './deps.ts';
import type { Route, RouteRequest } from './route.ts';

/**
 * Asks whether the request that a long answer belongs to would be let through now: by its credential and by what that may do.
 * False when it was revoked, has expired, or has lost its grant. What can't be told now (the database is away) counts as before.
 */
export async function stillAllowed(
  deps: Pick<ApiDeps, 'authenticate' | 'servicesFor' | 'now'>,
  access: Route['access'],
  { context, requestId }: Pick<RouteRequest<unknown, unknown, unknown>, 'context' | 'requestId'>,
): Promise<boolean> {
  try {
    const principal = await deps.authenticate(context.req.raw);
    if (principal === null) return false;
    const services = deps.servicesFor({ principal, requestId, now: deps.now() });
    await authorize({ access, principal, params: context.req.param(), services });
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code !== 'unauthenticated' && error.code !== 'forbidden';
  }
}
