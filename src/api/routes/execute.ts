import { z } from 'zod';
import type { ExecutionGateway } from '../../executions/gateway.ts';
import type { ExecutionView } from '../../executions/view.ts';
import { Problem } from '../../problems/problem.ts';
import { json, type Route, route } from '../route.ts';
import { duration, ENVIRONMENT, EXECUTION, FLOW_ID, JSON_VALUE, STARTED, TAG, VERSION_RANGE } from '../schemas.ts';

/** Longest time that a caller may wait for the end. */
const MAX_WAIT_MS = 60_000;
/** Inputs above 256 KiB travel as a reference (storage/claim-check-codec). */
const MAX_BYTES = 16 * 1024 * 1024;

const BODY = z.strictObject({
  input: JSON_VALUE.optional().describe('input of the flow; left out: {}'),
  version: VERSION_RANGE.optional(),
  environment: ENVIRONMENT.optional(),
  tags: z.array(TAG).max(20).optional(),
});
/** Visible ASCII: it travels in a header. */
const IDEMPOTENCY_KEY = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'is 1 to 255 visible characters');

export function executeRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/flows/{id}/execute',
      operation: 'executeFlow',
      idempotency: 'own',
      summary: 'Start an execution',
      tag: 'executions',
      access: { on: 'flow', permission: 'flow:execute' },
      params: z.object({ id: FLOW_ID }),
      query: z.object({
        wait: duration(MAX_WAIT_MS).optional().describe('how long to wait for the end, `10s`; at most 60s'),
      }),
      headers: z.object({
        'Idempotency-Key': IDEMPOTENCY_KEY.optional().describe('the same key with the same body starts once'),
      }),
      body: { kind: 'json', schema: BODY, optional: true, maxBytes: MAX_BYTES },
      answers: [
        { status: 202, description: 'started; durable', schema: STARTED },
        { status: 200, description: 'with `wait`: it has ended', schema: EXECUTION },
      ],
      problems: [
        'flow_not_found',
        'version_not_found',
        'environment_not_found',
        'not_deployed',
        'invalid_flow',
        'invalid_input',
        'idempotency_conflict',
        'execution_timed_out',
        'concurrency_limit',
        'temporal_unavailable',
        'store_unavailable',
      ],
      async handle({ services: { executions }, params, query, body, header }) {
        const idempotencyKey = header('idempotency-key');
        if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.safeParse(idempotencyKey).success)
          throw new Problem('invalid_request', 'Idempotency-Key is 1 to 255 visible ASCII characters.');
        const started = await executions.start({
          flow: params.id,
          ...definedOf(body),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        });
        const location = { location: `/executions/${started.execution_id}` };
        const ended =
          query.wait === undefined || query.wait === 0
            ? null
            : await endOf(executions, started.execution_id, query.wait);
        if (ended === null) return json(started, 202, location);
        if (ended.status === 'timed_out')
          throw new Problem('execution_timed_out', `Execution ${ended.execution_id} of flow ${ended.flow} timed out.`, {
            extra: { execution_id: ended.execution_id },
          });
        return json(ended, 200, location);
      },
    }),
  ];
}

/** It has started: that it can't be watched right now is no reason to say that it failed. */
async function endOf(executions: ExecutionGateway, executionId: string, ms: number): Promise<ExecutionView | null> {
  try {
    return await executions.whenEnded(executionId, ms);
  } catch (error) {
    if (error instanceof Problem && error.code === 'temporal_unavailable') return null;
    throw error;
  }
}

function definedOf({ input, version, environment, tags }: z.output<typeof BODY>) {
  return {
    ...(input !== undefined && { input }),
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment }),
    ...(tags !== undefined && { tags }),
  };
}
