import { z } from 'zod';
import type { Principal } from '../../auth/principal.ts';
import type { Token } from '../../auth/tokens.ts';
import { unauthenticated } from '../access.ts';
import { json, type Route, route } from '../route.ts';
import { duration } from '../schemas.ts';
import { controlOf } from '../services.ts';
import { distinct, GRANT, GRANTED, INSTANT, iso, LABEL, listOf, PAGE_QUERY, pageOfQuery } from './identity-schemas.ts';

const TOKEN = z.object({
  id: z.uuid(),
  name: z.string(),
  grants: z.array(GRANTED),
  created_at: INSTANT,
  created_by: z.string(),
  expires_at: INSTANT.nullable(),
  revoked_at: INSTANT.nullable(),
  last_used_at: INSTANT.nullable().describe('to the hour'),
});
const NEW_TOKEN = z
  .strictObject({
    name: LABEL,
    grants: z.array(GRANT).min(1).max(100),
    expires_in: z
      .union([z.literal('never'), duration(Number.MAX_SAFE_INTEGER)])
      .optional()
      .describe('a duration such as `30d`, at most a year; `never` takes org:admin. Default 90 days'),
    expires_at: z.iso.datetime({ offset: true }).optional().describe('instead of `expires_in`'),
  })
  .refine((token) => token.expires_in === undefined || token.expires_at === undefined, {
    error: 'takes `expires_in` or `expires_at`, not both',
  });

/** Who asks, on a route that takes an identity. */
export function callerOf(principal: Principal | null): Principal {
  if (principal === null) throw unauthenticated();
  return principal;
}

export function tokenRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/tokens',
      operation: 'listTokens',
      summary: 'Machine tokens: all of the organisation with org:read on everything, else those that you made',
      tag: 'identity',
      access: { on: 'identity' },
      query: PAGE_QUERY,
      answers: [{ status: 200, description: 'newest first; never their secrets', schema: listOf(TOKEN) }],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, principal, query }) {
        const page = await controlOf(services).tokens.list(callerOf(principal), pageOfQuery(query));
        return json({ items: page.items.map(wire), next: page.next });
      },
    }),
    route({
      method: 'post',
      path: '/tokens',
      operation: 'createToken',
      summary: 'Make a machine token that may do no more than you may; its `secret` is shown here and never again',
      tag: 'identity',
      access: { on: 'identity' },
      body: { kind: 'json', schema: NEW_TOKEN },
      secretAnswer: true,
      answers: [{ status: 201, description: 'the token', schema: TOKEN.extend({ secret: z.string() }) }],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, principal, body, now }) {
        const { token, secret } = await controlOf(services).tokens.create(callerOf(principal), {
          name: body.name,
          grants: distinct(body.grants),
          ...expiry(body, now),
        });
        return json({ ...wire(token), secret }, 201);
      },
    }),
    route({
      method: 'delete',
      path: '/tokens/{id}',
      operation: 'revokeToken',
      summary: 'Revoke a machine token, at once and for good; `made=true` also those that were made with it',
      tag: 'identity',
      access: { on: 'identity' },
      params: z.object({ id: z.uuid() }),
      query: z.object({ made: z.enum(['true', 'false']).default('false') }),
      answers: [{ status: 200, description: 'the token', schema: TOKEN }],
      problems: ['not_found', 'last_admin', 'no_store', 'store_unavailable'],
      async handle({ services, principal, params, query }) {
        const { tokens } = controlOf(services);
        return json(wire(await tokens.revoke(callerOf(principal), params.id, { made: query.made === 'true' })));
      },
    }),
  ];
}

function expiry({ expires_in, expires_at }: z.output<typeof NEW_TOKEN>, now: number): { expiresAt?: Date | null } {
  if (expires_at !== undefined) return { expiresAt: new Date(expires_at) };
  if (expires_in === undefined) return {};
  return { expiresAt: expires_in === 'never' ? null : new Date(Math.min(now + expires_in, MAX_TIME)) };
}
/** Greatest instant that Date holds. */
const MAX_TIME = 8_640_000_000_000_000;

function wire({ id, name, grants, createdAt, createdBy, expiresAt, revokedAt, lastUsedAt }: Token) {
  return {
    id,
    name,
    grants,
    created_at: createdAt.toISOString(),
    created_by: createdBy,
    expires_at: iso(expiresAt),
    revoked_at: iso(revokedAt),
    last_used_at: iso(lastUsedAt),
  };
}
