import { z } from 'zod';
import { scopeOf } from '../../auth/authorize.ts';
import { decode } from '../../dsl/parse/decode.ts';
import type { FlowSource, StoredVersion } from '../../flows/flow-writer.ts';
import { requireReach } from '../../flows/require-reach.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { flowView } from '../flow-view.ts';
import { json, type Route, route } from '../route.ts';
import { FLAG, FLOW, FLOW_ID, VERSION_RANGE } from '../schemas.ts';
import { controlOf, type Services } from '../services.ts';

const PARAMS = z.object({ id: FLOW_ID });
const FLOW_NAME = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'is not a flow name')
  .describe('name of the new flow');
const IF_MATCH = z.object({
  'If-Match': z.string().max(1_000).optional().describe('ETag of the version that was read; another one there: 409'),
});
const WRITE_PROBLEMS = [
  'invalid_flow',
  'version_conflict',
  'read_only_store',
  'payload_too_large',
  'unsupported_media_type',
  'store_unavailable',
] as const;

/** Flows that are kept in the database are changed here; those of a folder by its files. */
export function flowWriteRoutes({ compile }: Pick<ApiDeps, 'compile'>): readonly Route[] {
  /** The body as text; what is no text is told as the compiler tells it. */
  const sourceOf = async (
    body: Uint8Array,
    contentType: string | undefined,
    services: Services,
  ): Promise<FlowSource> => {
    const source = decode(body);
    if (source === null) {
      const { diagnostics } = compile(body, await services.flows.environment());
      throw new Problem('invalid_flow', 'The flow is not UTF-8 text.', { errors: diagnostics });
    }
    return { source, mediaType: /json/i.test(contentType ?? '') ? 'application/json' : 'application/yaml' };
  };
  return [
    route({
      method: 'post',
      path: '/flows',
      operation: 'createFlow',
      summary: 'Create a flow',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:create' },
      body: { kind: 'flow' },
      answers: [{ status: 201, description: 'stored, with its first version', schema: FLOW }],
      problems: [...WRITE_PROBLEMS, 'flow_exists'],
      async handle({ services, body, header, scope }) {
        const writer = writerOf(services);
        return answer(await writer.create(await sourceOf(body, header('content-type'), services), { scope }));
      },
    }),
    route({
      method: 'put',
      path: '/flows/{id}',
      operation: 'updateFlow',
      summary: 'Store a new version; the same content makes none',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:update' },
      params: PARAMS,
      headers: IF_MATCH,
      body: { kind: 'flow' },
      answers: [
        { status: 201, description: 'a new version', schema: FLOW },
        { status: 200, description: 'the content is that of the newest version', schema: FLOW },
      ],
      problems: [...WRITE_PROBLEMS, 'flow_not_found'],
      async handle({ services, params, body, header, scope }) {
        const writer = writerOf(services);
        const source = await sourceOf(body, header('content-type'), services);
        return answer(await writer.update(params.id, source, { ifMatch: etagOf(header('if-match')), scope }));
      },
    }),
    route({
      method: 'delete',
      path: '/flows/{id}',
      operation: 'archiveFlow',
      summary: 'Archive a flow: its versions and executions stay',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:delete' },
      params: PARAMS,
      query: z.object({ force: FLAG.describe('also while it is deployed or running') }),
      answers: [{ status: 204, description: 'archived' }],
      problems: ['flow_not_found', 'flow_in_use', 'read_only_store', 'store_unavailable'],
      async handle({ services, params, query }) {
        await writerOf(services).archive(params.id, { force: query.force });
        return new Response(null, { status: 204 });
      },
    }),
    route({
      method: 'post',
      path: '/flows/{id}/clone',
      operation: 'cloneFlow',
      summary: 'A new flow with the source of another one',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:create' },
      params: PARAMS,
      body: {
        kind: 'json',
        schema: z.strictObject({ name: FLOW_NAME, version: VERSION_RANGE.optional().describe('default: the latest') }),
      },
      answers: [{ status: 201, description: 'stored, with its first version', schema: FLOW }],
      problems: [...WRITE_PROBLEMS, 'flow_not_found', 'version_not_found', 'flow_exists'],
      async handle({ services, params, body, scope, principal }) {
        const writer = writerOf(services);
        // Copying is reading: it takes the permission to read the one that is copied.
        const readable = scopeOf(principal ?? { grants: [] }, 'flow:read');
        const from = readable.all ? null : await services.flows.get(params.id);
        if (!readable.all)
          requireReach(readable, {
            resource: { flow: from?.name ?? params.id, category: from?.ir?.category ?? null },
            permission: 'flow:read',
            asked: params.id,
          });
        const { name, version } = body;
        return answer(await writer.clone(params.id, { name, ...(version !== undefined && { version }), scope }));
      },
    }),
  ];
}

/** What changes flows. Throws read_only_store where they are read from a folder. */
export function writerOf(services: Services) {
  if (!services.flows.writable)
    throw new Problem('read_only_store', 'This server reads its flows from a folder; write the file there.', {
      headers: { allow: 'GET' },
    });
  return controlOf(services).writer;
}

/** 201 with a new version, 200 where nothing was made. */
export function answer({ flow, created }: StoredVersion): Response {
  return json(flowView(flow), created ? 201 : 200, {
    location: `/flows/${flow.name}/versions/${flow.version}`,
    etag: `"${flow.hash}"`,
  });
}

/** The hash in an If-Match header; null for none, and for `*`: whatever is there. */
function etagOf(header: string | undefined): string | null {
  if (header === undefined || header.trim() === '*') return null;
  const tags = header.split(',').map((tag) => /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(tag)?.[1]);
  const [tag] = tags;
  if (tags.length !== 1 || tag === undefined)
    throw new Problem('invalid_request', 'If-Match is one ETag in quotes, such as that of `GET /flows/{id}`.');
  return tag;
}
