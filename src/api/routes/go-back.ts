import { z } from 'zod';
import { json, type Route, route } from '../route.ts';
import { EXECUTION_ID, JSON_VALUE, STARTED, STEP, VERSION_RANGE } from '../schemas.ts';

const ROLLBACK = z.strictObject({
  to: STEP,
  compensate: z.boolean().default(false).describe('compensate first what was done since'),
  new_keys: z.boolean().default(false).describe('new idempotency keys for all that is done again'),
});
const RERUN = z.strictObject({
  from: STEP.optional(),
  version: VERSION_RANGE.optional(),
  input: JSON_VALUE.optional(),
});

export function goBackRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/executions/{id}/rollback',
      operation: 'rollBackExecution',
      summary: 'Go back to before a step and on from there: same execution, running or ended',
      tag: 'operations',
      access: { on: 'execution', permission: 'flow:execute' },
      params: z.object({ id: EXECUTION_ID }),
      body: { kind: 'json', schema: ROLLBACK },
      answers: [{ status: 200, description: 'it runs again from before the step', schema: STARTED }],
      problems: [
        'execution_not_found',
        'step_not_found',
        'ambiguous_step',
        'rollback_refused',
        'no_worker',
        'temporal_unavailable',
      ],
      handle: async ({ services: { executions }, params, body: { to, compensate, new_keys } }) =>
        json(await executions.rollBack(params.id, { to, compensate, newKeys: new_keys })),
    }),
    route({
      method: 'post',
      path: '/executions/{id}/rerun',
      operation: 'rerunExecution',
      summary: 'A new execution from an ended one, from the start or from a step',
      tag: 'operations',
      access: { on: 'execution', permission: 'flow:execute' },
      params: z.object({ id: EXECUTION_ID }),
      body: { kind: 'json', schema: RERUN, optional: true, maxBytes: 16 * 1024 * 1024 },
      answers: [
        {
          status: 202,
          description: 'started; durable',
          schema: STARTED.extend({ origin: z.object({ execution_id: z.string(), from: z.string().optional() }) }),
        },
      ],
      problems: [
        'execution_not_found',
        'execution_running',
        'flow_not_found',
        'version_not_found',
        'invalid_flow',
        'invalid_input',
        'step_not_found',
        'ambiguous_step',
        'rollback_refused',
        'temporal_unavailable',
      ],
      async handle({ services: { executions }, params, body: { from, version, input } }) {
        const started = await executions.rerun(params.id, {
          ...(from !== undefined && { from }),
          ...(version !== undefined && { version }),
          ...(input !== undefined && { input }),
        });
        return json(started, 202, { location: `/executions/${started.execution_id}` });
      },
    }),
  ];
}
