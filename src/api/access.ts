import { type FlowResource, type FlowScope, reaches, reachesAny, scopeOf } from '../auth/authorize.ts';
import type { Permission, Principal } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';
import type { Services } from './services.ts';

/**
 * What a route asks of its caller, decided on the matched route, never on the raw path.
 * `public`: no identity; the reason stands here. `organisation`: the permission on everything. `some`: on anything; the handler
 * lets through only what `scope` reaches. `flow`, `execution`: on the one that the path parameter `id` names.
 */
export type Access =
  | { readonly on: 'public'; readonly why: string }
  | { readonly on: 'identity' }
  | { readonly on: 'organisation' | 'some' | 'flow' | 'execution'; readonly permission: Permission };

const EVERYTHING: FlowScope = { all: true, flows: new Set(), categories: new Set() };

/**
 * The one decision for every handler: gives how far the route's permission reaches, or throws `forbidden`. Whether something
 * exists is told only to those who may read it: an unknown flow or execution is a 404 for who has the permission on everything.
 */
export async function authorize(request: {
  readonly access: Access;
  readonly principal: Principal | null;
  readonly params: Readonly<Record<string, string>>;
  readonly services: Services;
}): Promise<FlowScope> {
  const { access, principal, params, services } = request;
  if (access.on === 'public') return EVERYTHING;
  if (principal === null) throw unauthenticated();
  if (access.on === 'identity') return EVERYTHING;
  const scope = scopeOf(principal, access.permission);
  if (!reachesAny(scope) || (access.on === 'organisation' && !scope.all)) throw forbidden(access.permission);
  if (scope.all || access.on === 'some' || access.on === 'organisation') {
    // Executions are checked against their organisation by the gateway.
    return scope;
  }
  const id = params.id ?? '';
  const resource = access.on === 'flow' ? await flowResource(services, id) : await executionResource(services, id);
  if (resource === null || !reaches(scope, resource)) throw forbidden(access.permission);
  return scope;
}

export function forbidden(permission: Permission): Problem {
  return new Problem('forbidden', `This needs the permission ${permission}, which you have not been granted here.`);
}

export function unauthenticated(detail = 'This needs an identity: send a token.'): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer realm="weir"' } });
}

/** A flow by name or id, as grants see it; null when there is none. */
export async function flowResource({ flows }: Pick<Services, 'flows'>, ref: string): Promise<FlowResource | null> {
  const found = await flows.get(ref);
  return found === undefined ? null : { flow: found.name, category: found.ir?.category ?? null };
}

async function executionResource(services: Services, executionId: string): Promise<FlowResource | null> {
  const flow = await services.executions.flowOf(executionId);
  return flow === null ? null : ((await flowResource(services, flow)) ?? { flow, category: null });
}
