import { z } from 'zod';
import { dryRun } from '../../executions/dry-run.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { json, type Route, route } from '../route.ts';
import { FLOW_ID, JSON_VALUE, VERSION_RANGE } from '../schemas.ts';

const MOCK = z.union([
  z.strictObject({ return: JSON_VALUE }),
  z.strictObject({ fail: z.looseObject({ code: z.string(), message: z.string().optional() }) }),
]);
const BODY = z.strictObject({
  input: JSON_VALUE.optional(),
  version: VERSION_RANGE.optional(),
  mocks: z
    .record(z.string(), z.union([MOCK, z.array(MOCK).min(1)]))
    .optional()
    .describe(
      'by step id or `adapter.action`: one entry a call, the last repeats; without one a sample of the output schema',
    ),
});
const ANSWER = z.object({
  flow: z.string(),
  version: z.string(),
  status: z.string(),
  output: JSON_VALUE.nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  elapsed_ms: z.number(),
  plan: z.array(z.looseObject({ id: z.string(), kind: z.string(), line: z.int() })),
  steps: z.array(z.looseObject({ path: z.string(), kind: z.string(), status: z.string() })),
});

export function dryRunRoutes({ runVirtual }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/flows/{id}/dry-run',
      operation: 'dryRunFlow',
      idempotency: 'none',
      summary: 'Plan, and a run in virtual time with mocks or schema samples; nothing outside is called',
      tag: 'flows',
      access: { on: 'flow', permission: 'flow:read' },
      params: z.object({ id: FLOW_ID }),
      body: { kind: 'json', schema: BODY, optional: true },
      answers: [{ status: 200, description: 'what would happen', schema: ANSWER }],
      problems: ['flow_not_found', 'version_not_found', 'invalid_flow', 'invalid_input', 'dry_run_unavailable'],
      async handle({ services: { flows }, params, body: { input, version, mocks } }) {
        if (runVirtual === undefined)
          throw new Problem('dry_run_unavailable', "This process can't run flows in virtual time.");
        return json(
          await dryRun(
            { flows, runVirtual },
            { flow: params.id, ...(version !== undefined && { version }), input: input ?? {}, mocks: mocks ?? {} },
          ),
        );
      },
    }),
  ];
}
