import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import { EXECUTION_FILTER, executionFilter } from '../execution-filter.ts';
import { json, type Route, route } from '../route.ts';
import { EXECUTION, EXECUTION_ID, EXECUTION_PAGE, JSON_VALUE, STEP } from '../schemas.ts';

const STATE = z.object({
  step: z.string(),
  when: z.enum(['at', 'before']),
  time: z.iso.datetime(),
  vars: z.record(z.string(), JSON_VALUE),
  results: z.record(z.string(), JSON_VALUE),
});

export function executionRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/executions',
      operation: 'listExecutions',
      summary: 'List executions, newest first',
      tag: 'executions',
      access: { on: 'some', permission: 'flow:read' },
      query: z.object({
        ...EXECUTION_FILTER,
        archived: z
          .enum(['only'])
          .optional()
          .describe('only what is in the archive: answers while Temporal is away, too'),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: z.string().max(4_000).optional().describe('`next` of the page before'),
      }),
      answers: [{ status: 200, description: 'a page; `next` is null on the last', schema: EXECUTION_PAGE }],
      problems: ['temporal_unavailable', 'store_unavailable'],
      async handle(request) {
        const { limit, cursor, archived, ...given } = request.query;
        const filter = await executionFilter(given, request);
        const all = archived === undefined ? filter : { ...filter, archived };
        return json(await request.services.executions.list(all, { limit, cursor: cursor ?? null }));
      },
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
      problems: ['execution_not_found', 'temporal_unavailable', 'store_unavailable'],
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
