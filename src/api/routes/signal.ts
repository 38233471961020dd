import { z } from 'zod';
import { json, type Route, route } from '../route.ts';
import { EXECUTION_ID, JSON_VALUE } from '../schemas.ts';

const BODY = z.strictObject({
  type: z.string().min(1).max(255),
  data: JSON_VALUE.optional().describe('left out: {}'),
  id: z.string().min(1).max(255).optional().describe('the same id counts once; left out: a new one'),
});

export function signalRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/executions/{id}/signal',
      operation: 'signalExecution',
      summary: 'Send an event to this one execution (`wait_for`)',
      tag: 'operations',
      access: { on: 'execution', permission: 'flow:execute' },
      params: z.object({ id: EXECUTION_ID }),
      body: { kind: 'json', schema: BODY },
      answers: [
        {
          status: 200,
          description: 'durable; a wait took it, or it is kept for a later one',
          schema: z.object({ execution_id: z.string(), event_id: z.string(), delivered: z.enum(['step', 'kept']) }),
        },
      ],
      problems: ['execution_not_found', 'execution_ended', 'event_buffer_full', 'no_worker', 'temporal_unavailable'],
      handle: async ({ services: { executions }, params, body: { type, data, id } }) =>
        json(await executions.signal(params.id, { type, data: data ?? {}, ...(id !== undefined && { id }) })),
    }),
  ];
}
