import { z } from 'zod';
import type { Organisation } from '../../auth/organisations.ts';
import { json, type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';
import { INSTANT, LABEL, listOf, PAGE_QUERY, pageOfQuery } from './identity-schemas.ts';

const ID = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not the id of an organisation');
const ORGANISATION = z.object({ id: z.string(), title: z.string(), created_at: INSTANT });

/** Tenants of the installation. */
export function organisationRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/organisations',
      operation: 'listOrganisations',
      summary: 'Organisations: all of them in `default`, which operates the installation, elsewhere your own',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:read' },
      query: PAGE_QUERY,
      answers: [{ status: 200, description: 'newest first', schema: listOf(ORGANISATION) }],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, query }) {
        const { items, next } = await controlOf(services).organisations.list(pageOfQuery(query));
        return json({ items: items.map(wire), next });
      },
    }),
    route({
      method: 'post',
      path: '/organisations',
      operation: 'createOrganisation',
      summary:
        'Make an organisation with environments dev, staging and prod; its `owner_token` is shown here and never again. For administrators of `default`',
      tag: 'identity',
      access: { on: 'organisation', permission: 'org:admin' },
      body: { kind: 'json', schema: z.strictObject({ id: ID, title: LABEL.optional() }) },
      secretAnswer: true,
      answers: [
        { status: 201, description: 'the organisation', schema: ORGANISATION.extend({ owner_token: z.string() }) },
      ],
      problems: ['exists', 'no_store', 'store_unavailable'],
      async handle({ services, body: { id, title = id } }) {
        const { organisation, ownerToken } = await controlOf(services).organisations.create({ id, title });
        return json({ ...wire(organisation), owner_token: ownerToken }, 201);
      },
    }),
  ];
}

const wire = ({ id, title, createdAt }: Organisation) => ({ id, title, created_at: createdAt.toISOString() });
