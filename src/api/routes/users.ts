import { z } from 'zod';
import { reachesAny, scopeOf } from '../../auth/authorize.ts';
import { PERMISSIONS, type Principal } from '../../auth/principal.ts';
import type { User } from '../../auth/users.ts';
import { json, type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';
import { GRANTED, INSTANT, iso, listOf, PAGE_QUERY, pageOfQuery, REACH, USER_ID } from './identity-schemas.ts';
import { callerOf } from './tokens.ts';

const USER = z.object({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  disabled_at: INSTANT.nullable(),
  first_seen_at: INSTANT,
  last_seen_at: INSTANT.describe('to the hour'),
});
const ME = z.object({
  kind: z.enum(['user', 'token', 'system', 'local']),
  id: z.string(),
  name: z.string(),
  organisation: z.string(),
  grants: z.array(GRANTED),
  permissions: z.array(REACH).describe('what the grants come to, and how far'),
});
const PROBLEMS = ['not_found', 'no_store', 'store_unavailable'] as const;

/** Who asks, and the people of the organisation. */
export function userRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/me',
      operation: 'getMe',
      summary: 'Who asks: organisation, grants and what they permit',
      tag: 'identity',
      access: { on: 'identity' },
      answers: [{ status: 200, description: 'the caller', schema: ME }],
      problems: [],
      handle: ({ principal }) => json(me(callerOf(principal))),
    }),
    route({
      method: 'get',
      path: '/users',
      operation: 'listUsers',
      summary: 'People whom the identity provider has named here',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:read' },
      query: PAGE_QUERY,
      answers: [{ status: 200, description: 'latest arrival first', schema: listOf(USER) }],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, query }) {
        const { items, next } = await controlOf(services).users.list(pageOfQuery(query));
        return json({ items: items.map(wire), next });
      },
    }),
    route({
      method: 'post',
      path: '/users/{id}/disable',
      operation: 'disableUser',
      summary: 'Refuse a user from now on: sessions end, and the machine tokens that this user made are revoked',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:admin' },
      params: z.object({ id: USER_ID }),
      body: {
        kind: 'json',
        optional: true,
        schema: z.strictObject({
          revoke_tokens: z.boolean().default(true).describe('also what was made with them'),
        }),
      },
      answers: [{ status: 200, description: 'the user', schema: USER }],
      problems: [...PROBLEMS, 'last_admin'],
      async handle({ services, params, body }) {
        return json(wire(await controlOf(services).users.disable(params.id, { tokens: body.revoke_tokens })));
      },
    }),
    route({
      method: 'post',
      path: '/users/{id}/enable',
      operation: 'enableUser',
      summary: 'Let a disabled user in again; revoked tokens stay revoked',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:admin' },
      params: z.object({ id: USER_ID }),
      answers: [{ status: 200, description: 'the user', schema: USER }],
      problems: PROBLEMS,
      handle: async ({ services, params }) => json(wire(await controlOf(services).users.enable(params.id))),
    }),
  ];
}

function me({ kind, id, name, organisation, grants }: Principal) {
  const permissions = PERMISSIONS.map((permission) => ({ permission, scope: scopeOf({ grants }, permission) }))
    .filter(({ scope }) => reachesAny(scope))
    .map(({ permission, scope }) => ({
      permission,
      all: scope.all,
      flows: [...scope.flows],
      categories: [...scope.categories],
    }));
  return { kind, id, name, organisation, grants, permissions };
}

function wire({ id, name, issuer, disabledAt, firstSeenAt, lastSeenAt }: User) {
  return {
    id,
    name,
    issuer,
    disabled_at: iso(disabledAt),
    first_seen_at: firstSeenAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
  };
}
