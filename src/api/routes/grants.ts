import { z } from 'zod';
import type { GivenGrant } from '../../auth/grants.ts';
import { json, type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';
import { GRANT, GRANTED, INSTANT, LABEL, listOf, PAGE_QUERY, pageOfQuery, USER_ID } from './identity-schemas.ts';
import { callerOf } from './tokens.ts';

const SUBJECT = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('user'), id: USER_ID }),
    z.strictObject({ kind: z.literal('group'), id: LABEL }),
  ])
  .describe('a user by id, or a group as the identity provider names it');
const GIVEN = GRANTED.extend({
  id: z.uuid(),
  subject: z.object({ kind: z.enum(['user', 'group']), id: z.string() }),
  created_at: INSTANT,
  created_by: z.string(),
});

/** Roles given to people and groups. */
export function grantRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/grants',
      operation: 'listGrants',
      summary: 'Roles given to people and groups',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:read' },
      query: PAGE_QUERY,
      answers: [{ status: 200, description: 'newest first', schema: listOf(GIVEN) }],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, query }) {
        const { items, next } = await controlOf(services).grants.list(pageOfQuery(query));
        return json({ items: items.map(wire), next });
      },
    }),
    route({
      method: 'post',
      path: '/grants',
      operation: 'giveGrant',
      summary: 'Give a role on everything, a category or a flow; it counts from the next request on',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:admin' },
      body: { kind: 'json', schema: GRANT.extend({ subject: SUBJECT }) },
      answers: [{ status: 201, description: 'the grant', schema: GIVEN }],
      problems: ['exists', 'no_store', 'store_unavailable'],
      async handle({ services, principal, body }) {
        const given = await controlOf(services).grants.give(callerOf(principal), body);
        return json(wire(given), 201);
      },
    }),
    route({
      method: 'delete',
      path: '/grants/{id}',
      operation: 'takeGrant',
      summary: 'Take a grant away, from the next request on',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:admin' },
      params: z.object({ id: z.uuid() }),
      answers: [{ status: 204, description: 'it is gone' }],
      problems: ['not_found', 'last_admin', 'no_store', 'store_unavailable'],
      async handle({ services, params }) {
        await controlOf(services).grants.take(params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function wire({ id, subject, role, on, createdAt, createdBy }: GivenGrant) {
  return { id, subject, role, on, created_at: createdAt.toISOString(), created_by: createdBy };
}
