import { z } from 'zod';
import type { SteerOperation } from '../../executions/steer-execution.ts';
import { json, type Route, route } from '../route.ts';
import { EXECUTION_ID, STATUS } from '../schemas.ts';

const SUMMARIES: Readonly<Record<SteerOperation, string>> = {
  cancel: 'Cancel: reaches every wait; `compensate` and `finally` still run',
  terminate: 'Terminate: ends at once, nothing runs any more',
  pause: 'Pause: no new step starts; running calls end',
  resume: 'Resume after a pause',
};

export function steerRoutes(): readonly Route[] {
  return (Object.keys(SUMMARIES) as SteerOperation[]).map((operation) =>
    route({
      method: 'post',
      path: `/executions/{id}/${operation}`,
      operation: `${operation}Execution`,
      summary: SUMMARIES[operation],
      tag: 'operations',
      access: { on: 'execution', permission: 'flow:execute' },
      params: z.object({ id: EXECUTION_ID }),
      body: { kind: 'json', schema: z.strictObject({}), optional: true },
      answers: [
        {
          status: 202,
          description: 'accepted and durable; `status` is as it was then',
          schema: z.object({ execution_id: z.string(), status: STATUS }),
        },
      ],
      problems: ['execution_not_found', 'execution_ended', 'temporal_unavailable'],
      handle: async ({ services: { executions }, params }) => json(await executions.steer(params.id, operation), 202),
    }),
  );
}
