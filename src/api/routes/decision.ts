import { z } from 'zod';
import { json, type Route, route } from '../route.ts';
import { EXECUTION_ID, JSON_VALUE, STEP } from '../schemas.ts';

const BODY = z.strictObject({
  approved: z.boolean(),
  comment: z.string().max(10_000).nullish(),
  form: JSON_VALUE.optional(),
});

export function decisionRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/executions/{id}/steps/{step}/decision',
      operation: 'decideApproval',
      summary: 'Decide an open approval',
      tag: 'operations',
      access: { on: 'execution', permission: 'flow:execute' },
      params: z.object({ id: EXECUTION_ID, step: STEP }),
      body: { kind: 'json', schema: BODY },
      answers: [
        {
          status: 200,
          description: 'decided; durable',
          schema: z.object({ execution_id: z.string(), step: z.string(), approved: z.boolean() }),
        },
      ],
      problems: [
        'execution_not_found',
        'step_not_found',
        'invalid_form',
        'approval_not_open',
        'ambiguous_step',
        'execution_ended',
        'no_worker',
        'temporal_unavailable',
      ],
      handle: async ({ services: { executions }, params, body: { approved, comment, form } }) =>
        json(
          await executions.decide(params.id, params.step, {
            approved,
            comment: comment ?? null,
            ...(form !== undefined && { form }),
            // Who decides is known once there is identity; null is a time-out's (dsl.md, approve).
            by: 'anonymous',
          }),
        ),
    }),
  ];
}
