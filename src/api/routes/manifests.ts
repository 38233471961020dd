import { z } from 'zod';
import { json, type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';
import { textOf, YAML_BODY } from './catalogue.ts';

/** Adapters that a description makes; they are listed and read by adapters.ts. */
export function manifestRoutes(): readonly Route[] {
  return [
    route({
      method: 'put',
      path: '/adapters/{name}',
      operation: 'putAdapter',
      summary: 'Store the description of an adapter',
      tag: 'adapters',
      access: { on: 'organisation', permission: 'org:admin' },
      params: z.object({ name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'is not an adapter') }),
      body: YAML_BODY,
      answers: [
        {
          status: 200,
          description:
            'new flow versions are checked against it, those that are there keep theirs; `created` is false where nothing has changed',
          schema: z.object({ name: z.string(), version: z.string(), hash: z.string(), created: z.boolean() }),
        },
      ],
      problems: ['invalid_request', 'version_conflict', 'unsupported_media_type', 'no_store', 'store_unavailable'],
      async handle({ services, params, body }) {
        const { manifest, created } = await controlOf(services).manifests.put(params.name, textOf(body));
        const { name, version, hash } = manifest;
        return json({ name, version, hash, created });
      },
    }),
  ];
}
