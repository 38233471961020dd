import { z } from 'zod';
import type { ChangeOptions, Deployed, Deployment, DeploymentRequest } from '../../deployments/deployments.ts';
import { Problem } from '../../problems/problem.ts';
import { json, type Route, type RouteRequest, route } from '../route.ts';
import { ENVIRONMENT, FLOW_ID, VERSION_RANGE } from '../schemas.ts';
import { controlOf } from '../services.ts';
import { deploymentCursor, parseDeploymentCursor } from './deployment-cursor.ts';

/** Of a PostgreSQL integer, and one less. */
const REVISION = z.coerce.number().int().min(1).max(2_147_483_646);
const COMMENT = z.string().max(1_000).describe('why; kept with the revision');
const BODY = z.strictObject({
  version: VERSION_RANGE.optional().describe('the one version to run: a version, or a range, which is resolved now'),
  versions: z
    .array(
      z.strictObject({
        version: VERSION_RANGE,
        weight: z.int().min(1).max(10_000).default(1).describe('its share, in proportion to the others'),
      }),
    )
    .min(1)
    .max(10)
    .optional()
    .describe('a split: each start gets one of these; instead of `version`'),
  split_key: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe(
      'CEL over $input, such as $input.customer_id: the same value gets the same version; default: by execution',
    ),
  comment: COMMENT.optional(),
});
const VIEW = z.object({
  id: z.string(),
  flow: z.string(),
  environment: z.string(),
  revision: z.int(),
  versions: z.array(z.object({ version: z.string(), weight: z.int() })).describe('empty: undeployed'),
  split_key: z.string().nullable(),
  rolled_back_to: z.int().nullable(),
  comment: z.string().nullable(),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  created_by_name: z.string(),
});
const CHANGED = VIEW.extend({ changed: z.boolean().describe('false: it ran like that already, no revision was made') });
const PAGE = z.object({ items: z.array(VIEW), next: z.string().nullable() });
const IF_MATCH = z.object({
  'If-Match': z
    .string()
    .meta({ pattern: '^("[0-9]{1,9}"|\\*)$' })
    .optional()
    .describe(
      '`"<revision>"` that you have seen, `"0"` for none: refused with 409 when another one has been made since',
    ),
});
const FLOW = z.object({ id: FLOW_ID });
const PLACE = z.object({ id: FLOW_ID, env: ENVIRONMENT });
const LIMIT = z.coerce.number().int().min(1).max(200).default(50);
const CURSOR = z.string().max(200).optional().describe('`next` of the page before');
const CHANGE_ANSWERS = [
  { status: 200 as const, description: 'what is deployed now; ETag is its revision', schema: CHANGED },
];
const STORE = ['no_store', 'store_unavailable'] as const;
const CHANGE_PROBLEMS = ['flow_not_found', 'environment_not_found', 'version_conflict', ...STORE] as const;

export function deploymentRoutes(): readonly Route[] {
  return [
    route({
      method: 'put',
      path: '/flows/{id}/deployments/{env}',
      operation: 'deploy',
      summary: 'Deploy one version, or a weighted split, in an environment',
      tag: 'deployments',
      access: { on: 'flow', permission: 'flow:admin' },
      params: PLACE,
      headers: IF_MATCH,
      body: { kind: 'json', schema: BODY },
      answers: CHANGE_ANSWERS,
      problems: ['version_not_found', 'promotion_refused', 'flow_archived', ...CHANGE_PROBLEMS],
      handle: async ({ services, params, body, header }) =>
        changed(await controlOf(services).deployments.deploy(params.id, params.env, requestOf(body), ifMatch(header))),
    }),
    route({
      method: 'get',
      path: '/flows/{id}/deployments',
      operation: 'listFlowDeployments',
      etag: true,
      summary: 'What runs of a flow, in every environment',
      tag: 'deployments',
      access: { on: 'flow', permission: 'flow:read' },
      params: FLOW,
      answers: [{ status: 200, description: 'the current deployments; not where it is undeployed', schema: PAGE }],
      problems: ['flow_not_found', ...STORE],
      async handle({ services, params }) {
        const flow = await services.flows.get(params.id);
        if (flow === undefined) throw new Problem('flow_not_found', `There is no flow ${params.id}.`);
        const items = await controlOf(services).deployments.current({ flow: flow.name });
        return json({ items: items.map(view), next: null });
      },
    }),
    route({
      method: 'get',
      path: '/flows/{id}/deployments/{env}',
      operation: 'getDeployments',
      etag: true,
      summary: 'What runs of a flow in an environment, and what ran before, newest first',
      tag: 'deployments',
      access: { on: 'flow', permission: 'flow:read' },
      params: PLACE,
      query: z.object({ limit: LIMIT, cursor: REVISION.optional().describe('`next` of the page before') }),
      answers: [
        {
          status: 200,
          description: '`current` is null where nothing was ever deployed, without versions where it was undeployed',
          schema: z.object({ current: VIEW.nullable(), items: z.array(VIEW), next: z.string().nullable() }),
        },
      ],
      problems: ['flow_not_found', 'environment_not_found', ...STORE],
      async handle({ services, params: { id, env }, query: { limit, cursor } }) {
        const { deployments } = controlOf(services);
        const found = await deployments.history(id, env, { limit: limit + 1, before: cursor ?? null });
        const [current] = cursor === undefined ? found : await deployments.history(id, env, { limit: 1, before: null });
        const items = found.slice(0, limit);
        const last = found.length > limit ? items.at(-1) : undefined;
        return json(
          {
            current: current === undefined ? null : view(current),
            items: items.map(view),
            next: last === undefined ? null : String(last.revision),
          },
          200,
          etag(current?.revision ?? 0),
        );
      },
    }),
    route({
      method: 'post',
      path: '/flows/{id}/deployments/{env}/rollback',
      operation: 'rollBackDeployment',
      summary: 'Deploy again what ran before, or a revision; again: further back',
      tag: 'deployments',
      access: { on: 'flow', permission: 'flow:admin' },
      params: PLACE,
      headers: IF_MATCH,
      body: {
        kind: 'json',
        optional: true,
        schema: z.strictObject({ to: REVISION.optional().describe('revision; left out: what ran before') }),
      },
      answers: CHANGE_ANSWERS,
      problems: ['not_deployed', 'flow_archived', ...CHANGE_PROBLEMS],
      handle: async ({ services, params, body: { to }, header }) =>
        changed(
          await controlOf(services).deployments.rollBack(params.id, params.env, {
            ...ifMatch(header),
            ...(to !== undefined && { to }),
          }),
        ),
    }),
    route({
      method: 'delete',
      path: '/flows/{id}/deployments/{env}',
      operation: 'undeploy',
      summary: 'Take a flow out of an environment: a new revision without versions',
      tag: 'deployments',
      access: { on: 'flow', permission: 'flow:admin' },
      params: PLACE,
      headers: IF_MATCH,
      answers: CHANGE_ANSWERS,
      problems: ['not_deployed', ...CHANGE_PROBLEMS],
      handle: async ({ services, params, header }) =>
        changed(await controlOf(services).deployments.undeploy(params.id, params.env, ifMatch(header))),
    }),
    route({
      method: 'get',
      path: '/deployments',
      operation: 'listDeployments',
      summary: 'What runs where, newest first',
      tag: 'deployments',
      access: { on: 'some', permission: 'flow:read' },
      query: z.object({
        environment: ENVIRONMENT.optional(),
        flow: FLOW_ID.optional(),
        limit: LIMIT,
        cursor: CURSOR,
      }),
      answers: [{ status: 200, description: 'current deployments of the flows that you may read', schema: PAGE }],
      problems: [...STORE],
      async handle({ services, scope, query: { environment, flow, limit, cursor } }) {
        const found = await controlOf(services).deployments.current(
          { scope, ...(environment !== undefined && { environment }), ...(flow !== undefined && { flow }) },
          { limit: limit + 1, before: cursor === undefined ? null : parseDeploymentCursor(cursor) },
        );
        const items = found.slice(0, limit);
        const last = found.length > limit ? items.at(-1) : undefined;
        return json({ items: items.map(view), next: last === undefined ? null : deploymentCursor(last) });
      },
    }),
  ];
}

function requestOf({ version, versions, split_key, comment }: z.output<typeof BODY>): DeploymentRequest {
  if ((version === undefined) === (versions === undefined))
    throw new Problem('invalid_request', 'Say what to deploy: `version`, or several `versions` with weights.');
  if (version !== undefined && split_key !== undefined)
    throw new Problem('invalid_request', '`split_key` goes with `versions`: one version has nothing to split.');
  return {
    versions: versions ?? (version === undefined ? [] : [{ version }]),
    ...(split_key !== undefined && { splitKey: split_key }),
    ...(comment !== undefined && { comment }),
  };
}

function ifMatch(header: RouteRequest<unknown, unknown, unknown>['header']): ChangeOptions {
  const text = header('if-match');
  if (text === undefined || text.trim() === '*') return {};
  const revision = /^\s*(?:W\/)?"?(\d{1,10})"?\s*$/.exec(text)?.[1];
  if (revision === undefined)
    throw new Problem('invalid_request', 'If-Match is the revision that you have seen, such as "3".');
  return { ifRevision: Number(revision) };
}

const etag = (revision: number): Record<string, string> => ({ etag: `"${revision}"` });

function changed(deployed: Deployed): Response {
  return json({ ...view(deployed), changed: deployed.changed }, 200, etag(deployed.revision));
}

function view(one: Deployment) {
  return {
    id: one.id,
    flow: one.flow,
    environment: one.environment,
    revision: one.revision,
    versions: one.versions,
    split_key: one.splitKey,
    rolled_back_to: one.rolledBackTo,
    comment: one.comment,
    created_at: one.createdAt.toISOString(),
    created_by: one.createdBy,
    created_by_name: one.createdByName,
  };
}
