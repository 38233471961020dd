import { z } from 'zod';
import type { VersionOutcome } from '../../deployments/deployments.ts';
import { instantOf } from '../instant-of.ts';
import { json, type Route, route } from '../route.ts';
import { ENVIRONMENT, FLOW_ID, STATUS, INSTANT_OR_DURATION_META } from '../schemas.ts';
import { controlOf } from '../services.ts';

const OUTCOME = z.object({
  version: z.string(),
  count: z.int().describe('all executions, running ones too'),
  succeeded: z.int().describe('completed'),
  success_rate: z.number().nullable().describe('completed of ended, 0 to 1'),
  p50_ms: z.number().nullable().describe('duration of ended executions'),
  p95_ms: z.number().nullable(),
  statuses: z.partialRecord(STATUS, z.int()),
});

export function outcomeRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/flows/{id}/outcomes',
      operation: 'listOutcomes',
      summary: 'How executions went, by version: what an A/B split is judged by',
      tag: 'deployments',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      query: z.object({
        environment: ENVIRONMENT.optional(),
        since: z
          .string()
          .max(40)
          .meta(INSTANT_OR_DURATION_META)
          .optional()
          .describe('started at or after: RFC 3339, or a duration back from now, `24h`'),
      }),
      answers: [
        {
          status: 200,
          description: 'the highest version first',
          schema: z.object({ items: z.array(OUTCOME), next: z.null() }),
        },
      ],
      problems: ['flow_not_found', 'environment_not_found', 'temporal_unavailable', 'no_store', 'store_unavailable'],
      async handle({ services, params, query: { environment, since }, now }) {
        const found = await controlOf(services).deployments.outcomes(params.id, {
          ...(environment !== undefined && { environment }),
          ...(since !== undefined && { since: instantOf(since, now, 'since') }),
        });
        return json({ items: found.map(view), next: null });
      },
    }),
  ];
}

function view({ version, count, succeeded, successRate, p50Ms, p95Ms, statuses }: VersionOutcome) {
  return { version, count, succeeded, success_rate: successRate, p50_ms: p50Ms, p95_ms: p95Ms, statuses };
}
