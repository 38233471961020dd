import { z } from 'zod';
import { parseDuration } from '../../dsl/expressions/index.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { json, type Route, route } from '../route.ts';
import { EXECUTION, EXECUTION_ID, EXECUTION_PAGE, FLOW_ID, JSON_VALUE, STATUS, STEP, TAG } from '../schemas.ts';

const STATE = z.object({
  step: z.string(),
  when: z.enum(['at', 'before']),
  time: z.iso.datetime(),
  vars: z.record(z.string(), JSON_VALUE),
  results: z.record(z.string(), JSON_VALUE),
});

export function executionRoutes({ now }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/executions',
      operation: 'listExecutions',
      summary: 'List executions, newest first',
      tag: 'executions',
      access: { on: 'some', permission: 'flow:read' },
      query: z.object({
        flow: FLOW_ID.optional(),
        status: STATUS.optional(),
        since: z
          .string()
          .max(40)
          .optional()
          .describe('started at or after: RFC 3339, or a duration back from now, `24h`'),
        tag: TAG.optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: z.string().max(4_000).optional().describe('`next` of the page before'),
      }),
      answers: [{ status: 200, description: 'a page; `next` is null on the last', schema: EXECUTION_PAGE }],
      problems: ['temporal_unavailable'],
      handle: async ({ services: { executions }, query: { flow, status, since, tag, limit, cursor } }) =>
        json(
          await executions.list(
            {
              ...(flow !== undefined && { flow: flow.replaceAll('_', '-') }),
              ...(status !== undefined && { status }),
              ...(since !== undefined && { since: instant(since, now()) }),
              ...(tag !== undefined && { tag }),
            },
            { limit, cursor: cursor ?? null },
          ),
        ),
    }),
    route({
      method: 'get',
      path: '/executions/{id}',
      operation: 'getExecution',
      summary: 'One execution: status, input, output, error, steps with attempts and durations',
      tag: 'executions',
      access: { on: 'execution', permission: 'flow:read' },
      params: z.object({ id: EXECUTION_ID }),
      answers: [{ status: 200, description: 'the execution', schema: EXECUTION }],
      problems: ['execution_not_found', 'temporal_unavailable'],
      handle: async ({ services: { executions }, params }) => json(await executions.get(params.id)),
    }),
    route({
      method: 'get',
      path: '/executions/{id}/state',
      operation: 'getState',
      summary: 'Variables and results as they stood when a step had ended, or before it began',
      tag: 'executions',
      access: { on: 'execution', permission: 'flow:read' },
      params: z.object({ id: EXECUTION_ID }),
      query: z.object({ at: STEP.optional(), before: STEP.optional() }),
      answers: [{ status: 200, description: 'the state', schema: STATE }],
      problems: ['execution_not_found', 'step_not_found', 'step_not_ended', 'ambiguous_step', 'temporal_unavailable'],
      async handle({ services: { executions }, params, query: { at, before } }) {
        if ((at === undefined) === (before === undefined))
          throw new Problem('invalid_request', 'Name one step, with `at` or with `before`.');
        return json(await executions.state(params.id, at ?? before ?? '', at === undefined ? 'before' : 'at'));
      },
    }),
  ];
}

function instant(text: string, now: number): Date {
  const back = parseDuration(text);
  const at = back === null ? Date.parse(text) : now - back;
  if (Number.isNaN(at))
    throw new Problem(
      'invalid_request',
      '`since` is an instant such as 2026-01-31T12:00:00Z, or a duration such as 24h.',
    );
  return new Date(at);
}
