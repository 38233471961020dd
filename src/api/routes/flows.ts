import { z } from 'zod';
import { flowGraph, mermaid } from '../../dsl/graph.ts';
import { findVersion } from '../../flows/find-version.ts';
import { diffFlows } from '../../flows/flow-diff.ts';
import { pageOf, versionsOf } from '../../flows/flow-page.ts';
import type { StoredFlow } from '../../flows/flow-store.ts';
import { Problem } from '../../problems/problem.ts';
import { flowSummaryView, flowView } from '../flow-view.ts';
import { json, type Route, type RouteRequest, route } from '../route.ts';
import { FLAG, FLOW, FLOW_ID, JSON_VALUE, VERSION, VERSION_RANGE } from '../schemas.ts';

const AS = z.object({
  as: z
    .enum(['json', 'mermaid', 'source', 'ir'])
    .default('json')
    .describe('json: the description; or a Mermaid graph, the source, the compiled form'),
});
/** Text to search for: control characters are in no flow. */
export const SEARCH = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'holds control characters');
const ARCHIVED = FLAG.describe('archived flows');
const DIFF = z.object({
  flow: z.string(),
  from: z.string(),
  to: z.string(),
  text: z.string().describe('unified diff of the sources; empty: they are the same'),
  graph: z
    .array(z.object({ change: z.enum(['added', 'removed', 'changed', 'moved']), at: z.string(), kind: z.string() }))
    .describe('what differs in what they do: steps by key, parts of the frame by name'),
});
const PAGE = z.object({ items: z.array(FLOW), next: z.string().nullable() });
const VERSION_ANSWERS = [
  {
    status: 200,
    description: 'the version, as it is asked for',
    schema: z.union([
      FLOW.extend({ source: z.string(), inputs: JSON_VALUE.nullable(), triggers: z.array(JSON_VALUE) }),
      z.looseObject({ name: z.string(), hash: z.string() }).describe('`as=ir`: the compiled form'),
      z.looseObject({ flow: z.string() }).describe('`as=source` of a flow that came as JSON'),
    ]),
  },
  { status: 200, description: 'the source', mediaType: 'application/yaml' },
  { status: 200, description: 'a graph', mediaType: 'text/vnd.mermaid' },
] as const;

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
        q: SEARCH.optional().describe(
          'words of name, title, description or category, the last one as a beginning; or a part of the name',
        ),
        category: SEARCH.optional(),
        tag: SEARCH.optional(),
        status: z.enum(['valid', 'invalid']).optional(),
        archived: ARCHIVED,
        limit: z.coerce.number().int().min(1).max(500).default(100),
        cursor: FLOW_ID.optional().describe('`next` of the page before'),
      }),
      answers: [{ status: 200, description: 'the latest version of each', schema: PAGE }],
      problems: ['store_unavailable'],
      async handle({ services: { flows }, scope, query: { q, category, tag, status, archived, limit, cursor } }) {
        const found = await pageOf(flows, {
          ...(q !== undefined && { q }),
          ...(category !== undefined && { category }),
          ...(tag !== undefined && { tag }),
          ...(status !== undefined && { status }),
          archived,
          scope,
          after: cursor ?? null,
          limit: limit + 1,
        });
        const items = found.slice(0, limit);
        return json({
          items: items.map(flowSummaryView),
          next: found.length > limit ? (items.at(-1)?.name ?? null) : null,
        });
      },
    }),
    route({
      method: 'get',
      path: '/flows/{id}',
      operation: 'getFlow',
      etag: true,
      summary: 'The latest version of a flow',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      query: AS.extend({ archived: ARCHIVED }),
      answers: VERSION_ANSWERS,
      problems: ['flow_not_found', 'invalid_flow', 'store_unavailable'],
      handle: async ({ services: { flows }, params, query, context }) =>
        show(await findVersion(flows, params.id, '*', { includeArchived: query.archived }), query.as, context),
    }),
    route({
      method: 'get',
      path: '/flows/{id}/versions',
      operation: 'listVersions',
      summary: 'The versions of a flow, newest first',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      query: z.object({
        archived: ARCHIVED,
        limit: z.coerce.number().int().min(1).max(500).default(100),
        cursor: VERSION.optional().describe('`next` of the page before'),
      }),
      answers: [{ status: 200, description: 'a page of them', schema: PAGE }],
      problems: ['flow_not_found', 'store_unavailable'],
      async handle({ services: { flows }, params, query: { archived, limit, cursor } }) {
        const found = await versionsOf(flows, params.id, {
          includeArchived: archived,
          after: cursor ?? null,
          limit: limit + 1,
        });
        if (found === null) throw new Problem('flow_not_found', `There is no flow ${params.id}.`);
        const items = found.slice(0, limit);
        return json({
          items: items.map(flowView),
          next: found.length > limit ? (items.at(-1)?.version ?? null) : null,
        });
      },
    }),
    route({
      method: 'get',
      path: '/flows/{id}/versions/{version}',
      operation: 'getVersion',
      etag: true,
      summary: 'One version of a flow',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID, version: VERSION_RANGE }),
      query: AS.extend({ archived: ARCHIVED }),
      answers: VERSION_ANSWERS,
      problems: ['flow_not_found', 'version_not_found', 'invalid_flow', 'store_unavailable'],
      handle: async ({ services: { flows }, params, query, context }) =>
        show(
          await findVersion(flows, params.id, params.version, { includeArchived: query.archived }),
          query.as,
          context,
        ),
    }),
    route({
      method: 'get',
      path: '/flows/{id}/diff',
      operation: 'diffVersions',
      summary: 'What differs between two versions: in the text, and step by step',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      query: z.object({ from: VERSION_RANGE, to: VERSION_RANGE.default('*'), archived: ARCHIVED }),
      answers: [{ status: 200, description: 'the difference', schema: DIFF }],
      problems: ['flow_not_found', 'version_not_found', 'store_unavailable'],
      async handle({ services: { flows }, params: { id }, query: { from, to, archived } }) {
        const options = { includeArchived: archived };
        const [before, after] = await Promise.all([
          findVersion(flows, id, from, options),
          findVersion(flows, id, to, options),
        ]);
        return json({ flow: after.name, from: before.version, to: after.version, ...diffFlows(before, after) });
      },
    }),
  ];
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
        { ...flowView(flow), source: flow.source, inputs: flow.ir?.inputs ?? null, triggers: flow.ir?.triggers ?? [] },
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
