import { z } from 'zod';
import type { Environment, EnvironmentChange } from '../../deployments/environments.ts';
import type { JsonObject } from '../../dsl/ir/json.ts';
import { json, type Route, route } from '../route.ts';
import { ENVIRONMENT, JSON_VALUE } from '../schemas.ts';
import { controlOf } from '../services.ts';

const CONFIG = z
  .custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'is not an object',
  )
  .meta({
    type: 'object',
    description:
      '`$config` of executions: a JSON object of at most 64 KiB; secrets are refused, they belong into $secrets',
  });
const BODY = z.strictObject({
  rank: z.int().min(0).max(1_000_000).optional().describe('place in lists, the lowest first'),
  config: CONFIG.optional(),
  runs_latest: z.boolean().optional().describe('without a deployment the latest version runs'),
  promotes_from: ENVIRONMENT.nullable()
    .optional()
    .describe('a version must have been deployed there before it may be deployed here'),
});
const VIEW = z.object({
  name: z.string(),
  rank: z.int(),
  config: z.record(z.string(), JSON_VALUE),
  runs_latest: z.boolean(),
  promotes_from: z.string().nullable(),
});
const NAME = z.object({ name: ENVIRONMENT });

export function environmentRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/environments',
      operation: 'listEnvironments',
      etag: true,
      summary: 'Environments, by rank, with their config values',
      tag: 'deployments',
      access: { on: 'some', permission: 'flow:read' },
      answers: [
        {
          status: 200,
          description: 'all of them',
          schema: z.object({ items: z.array(VIEW), next: z.string().nullable() }),
        },
      ],
      problems: ['no_store', 'store_unavailable'],
      handle: async ({ services }) =>
        json({ items: (await controlOf(services).environments.list()).map(view), next: null }),
    }),
    route({
      method: 'get',
      path: '/environments/{name}',
      operation: 'getEnvironment',
      etag: true,
      summary: 'One environment',
      tag: 'deployments',
      access: { on: 'some', permission: 'flow:read' },
      params: NAME,
      answers: [{ status: 200, description: 'the environment', schema: VIEW }],
      problems: ['environment_not_found', 'no_store', 'store_unavailable'],
      handle: async ({ services, params }) => json(view(await controlOf(services).environments.get(params.name))),
    }),
    route({
      method: 'put',
      path: '/environments/{name}',
      operation: 'putEnvironment',
      summary: 'Make or change an environment; what is left out stays',
      tag: 'deployments',
      access: { on: 'organisation', permission: 'org:admin' },
      params: NAME,
      body: { kind: 'json', schema: BODY },
      answers: [{ status: 200, description: 'the environment as it is now', schema: VIEW }],
      problems: ['no_store', 'store_unavailable'],
      handle: async ({ services, params, body }) =>
        json(view(await controlOf(services).environments.put(params.name, changeOf(body)))),
    }),
  ];
}

function changeOf({ rank, config, runs_latest, promotes_from }: z.output<typeof BODY>): EnvironmentChange {
  return {
    ...(rank !== undefined && { rank }),
    ...(config !== undefined && { config }),
    ...(runs_latest !== undefined && { runsLatest: runs_latest }),
    ...(promotes_from !== undefined && { promotesFrom: promotes_from }),
  };
}

function view({ name, rank, config, runsLatest, promotesFrom }: Environment) {
  return { name, rank, config, runs_latest: runsLatest, promotes_from: promotesFrom };
}
