import { z } from 'zod';
import { decode } from '../../dsl/parse/decode.ts';
import { Problem } from '../../problems/problem.ts';
import { json, type RawBody, type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';

/** YAML that describes something beside the flows. */
export const YAML_BODY: RawBody = {
  kind: 'raw',
  mediaTypes: ['application/yaml', 'text/yaml', 'application/x-yaml', 'text/x-yaml'],
  description: 'YAML, at most 256 KiB',
  maxBytes: 256 * 1024,
};
export const YAML_HEADERS = { 'content-type': 'application/yaml; charset=utf-8' };

/** The body as text. Throws invalid_request for what is not UTF-8. */
export function textOf(body: Uint8Array): string {
  const text = decode(body);
  if (text === null || text.includes('\0')) throw new Problem('invalid_request', 'The body is not UTF-8 text.');
  return text;
}

/** The organisation's action catalogue as its source; `GET /actions` lists what is in it. */
export function catalogueRoutes(): readonly Route[] {
  return [
    route({
      method: 'put',
      path: '/actions',
      operation: 'putActions',
      summary: "Store the organisation's action catalogue",
      tag: 'adapters',
      access: { on: 'organisation', permission: 'org:admin' },
      body: YAML_BODY,
      answers: [
        {
          status: 200,
          description: 'new flow versions are checked against it; `created` is false where nothing has changed',
          schema: z.object({ revision: z.int(), hash: z.string(), created: z.boolean() }),
        },
      ],
      problems: ['invalid_request', 'version_conflict', 'unsupported_media_type', 'no_store', 'store_unavailable'],
      handle: async ({ services, body }) => json(await controlOf(services).catalogues.put(textOf(body))),
    }),
    route({
      method: 'get',
      path: '/actions/source',
      operation: 'getActionsSource',
      etag: true,
      summary: 'The action catalogue as it was stored',
      tag: 'adapters',
      access: { on: 'some', permission: 'flow:read' },
      answers: [{ status: 200, description: 'the catalogue', mediaType: 'application/yaml' }],
      problems: ['not_found', 'no_store', 'store_unavailable'],
      async handle({ services, context }) {
        const found = await controlOf(services).catalogues.get();
        if (found === null) throw new Problem('not_found', 'No action catalogue was stored.');
        return context.body(found.source, 200, { ...YAML_HEADERS, etag: `"${found.hash}"` });
      },
    }),
  ];
}
