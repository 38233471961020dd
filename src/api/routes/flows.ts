import { z } from 'zod';
import { flowGraph, mermaid } from '../../dsl/graph.ts';
import type { FlowStore, StoredFlow } from '../../flows/flow-store.ts';
import { Problem } from '../../problems/problem.ts';
import { json, type Route, type RouteRequest, route } from '../route.ts';
import { FLOW, FLOW_ID, VERSION_RANGE } from '../schemas.ts';

const AS = z.object({
  as: z
    .enum(['json', 'mermaid', 'source', 'ir'])
    .default('json')
    .describe('json: the description; or a Mermaid graph, the source, the compiled form'),
});
const PAGE = z.object({ items: z.array(FLOW), next: z.string().nullable() });
const VERSION_ANSWERS = [
  { status: 200 as const, description: 'the version; text for `as=mermaid` and `as=source`', schema: FLOW },
];

export function flowRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/flows',
      operation: 'listFlows',
      summary: 'List and search flows, by name',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:read' },
      query: z.object({
        q: z.string().max(200).optional().describe('part of name, title or description'),
        category: z.string().max(200).optional(),
        tag: z.string().max(200).optional(),
        status: z.enum(['valid', 'invalid']).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(100),
        cursor: FLOW_ID.optional().describe('`next` of the page before'),
      }),
      answers: [{ status: 200, description: 'the latest version of each', schema: PAGE }],
      problems: [],
      async handle({ services: { flows }, query: { q, category, tag, status, limit, cursor } }) {
        const found = await flows.list({
          ...(q !== undefined && { q }),
          ...(category !== undefined && { category }),
          ...(tag !== undefined && { tag }),
          ...(status !== undefined && { status }),
        });
        const rest = cursor === undefined ? found : found.filter((flow) => flow.name > cursor);
        const items = rest.slice(0, limit);
        return json({ items: items.map(describe), next: rest.length > limit ? (items.at(-1)?.name ?? null) : null });
      },
    }),
    route({
      method: 'get',
      path: '/flows/{id}',
      operation: 'getFlow',
      summary: 'The latest version of a flow',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      query: AS,
      answers: VERSION_ANSWERS,
      problems: ['flow_not_found', 'invalid_flow'],
      handle: async ({ services: { flows }, params, query, context }) =>
        show(await find(flows, params.id), query.as, context),
    }),
    route({
      method: 'get',
      path: '/flows/{id}/versions',
      operation: 'listVersions',
      summary: 'The versions of a flow, newest first',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      answers: [{ status: 200, description: 'all of them', schema: PAGE }],
      problems: ['flow_not_found'],
      async handle({ services: { flows }, params }) {
        const versions = await flows.versions(params.id);
        if (versions.length === 0) throw new Problem('flow_not_found', `There is no flow ${params.id}.`);
        return json({ items: versions.map(describe), next: null });
      },
    }),
    route({
      method: 'get',
      path: '/flows/{id}/versions/{version}',
      operation: 'getVersion',
      summary: 'One version of a flow',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID, version: VERSION_RANGE }),
      query: AS,
      answers: VERSION_ANSWERS,
      problems: ['flow_not_found', 'invalid_flow'],
      handle: async ({ services: { flows }, params, query, context }) =>
        show(await find(flows, `${params.id}@${params.version}`), query.as, context),
    }),
  ];
}

async function find(flows: FlowStore, ref: string): Promise<StoredFlow> {
  const found = await flows.get(ref);
  if (found === undefined) throw new Problem('flow_not_found', `There is no flow ${ref}.`);
  return found;
}

function show(
  flow: StoredFlow,
  as: z.output<typeof AS>['as'],
  context: RouteRequest<unknown, unknown, unknown>['context'],
): Response {
  switch (as) {
    case 'source':
      return context.body(flow.source, 200, {
        'content-type': `${flow.mediaType}; charset=utf-8`,
        etag: `"${flow.hash}"`,
      });
    case 'mermaid':
      return context.body(mermaid(flowGraph(compiled(flow))), 200, {
        'content-type': 'text/vnd.mermaid; charset=utf-8',
      });
    case 'ir':
      return json(compiled(flow));
    case 'json':
      return json(
        { ...describe(flow), source: flow.source, inputs: flow.ir?.inputs ?? null, triggers: flow.ir?.triggers ?? [] },
        200,
        { etag: `"${flow.hash}"` },
      );
  }
}

function compiled(flow: StoredFlow): NonNullable<StoredFlow['ir']> {
  if (flow.ir === undefined)
    throw new Problem('invalid_flow', `Flow ${flow.name} ${flow.version} has errors.`, { errors: flow.diagnostics });
  return flow.ir;
}

function describe({ name, version, hash, ir, diagnostics, createdAt, file }: StoredFlow) {
  const self = `/flows/${name}`;
  return {
    flow: name,
    version,
    hash,
    title: ir?.title ?? null,
    description: ir?.description ?? null,
    category: ir?.category ?? null,
    tags: ir?.tags ?? [],
    status: ir === undefined ? 'invalid' : 'valid',
    created_at: new Date(createdAt).toISOString(),
    diagnostics,
    ...(file !== undefined && { file }),
    links: { self, versions: `${self}/versions`, execute: `${self}/execute`, version: `${self}/versions/${version}` },
  };
}
