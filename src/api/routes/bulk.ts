import { z } from 'zod';
import { findBulk, runBulk } from '../../executions/bulk.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { EXECUTION_FILTER, executionFilter } from '../execution-filter.ts';
import { json, type Route, route } from '../route.ts';

const OPERATION = z.enum(['cancel', 'terminate', 'pause', 'resume', 'rerun']);
const BODY = z.strictObject({
  filter: z.strictObject(EXECUTION_FILTER).describe('as in the list; within what you may execute'),
  operation: OPERATION.describe('`rerun` is done to ended executions, every other one to open ones'),
  dry_run: z.boolean().default(false).describe('only count'),
  expected: z.int().min(0).optional().describe('the count of a dry run: what is not so any more is not begun'),
});
/** Ids shown of what would be touched. */
const SAMPLE = 20;

const RESULT = z.object({
  execution_id: z.string(),
  outcome: z.enum(['done', 'failed']),
  started: z.string().optional().describe('of a re-run: the new execution'),
  code: z.string().optional(),
  detail: z.string().optional(),
});

export function bulkRoutes({ log }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/executions/bulk',
      operation: 'bulkExecutions',
      summary: 'Cancel, terminate, pause, resume or re-run all executions that fit a filter, at most 10,000',
      tag: 'operations',
      access: { on: 'some', permission: 'flow:execute' },
      body: { kind: 'json', schema: BODY },
      answers: [
        {
          status: 200,
          description: 'the count, with `sample` in a dry run, else with what became of each',
          schema: z.object({
            operation: OPERATION,
            dry_run: z.boolean(),
            count: z.int(),
            sample: z.array(z.string()).optional(),
            done: z.int().optional(),
            failed: z.int().optional(),
            results: z.array(RESULT).optional(),
          }),
        },
      ],
      problems: ['count_changed', 'temporal_unavailable', 'store_unavailable'],
      async handle(request) {
        const { operation, dry_run, expected } = request.body;
        if (!dry_run && expected === undefined)
          throw new Problem('invalid_request', 'Ask with `dry_run` first, and send its `count` as `expected`.');
        const { executions } = request.services;
        const ids = await findBulk(executions, operation, await executionFilter(request.body.filter, request));
        if (dry_run) return json({ operation, dry_run, count: ids.length, sample: ids.slice(0, SAMPLE) });
        if (ids.length !== expected)
          throw new Problem('count_changed', `${ids.length} executions fit now, not ${expected}. Nothing was done.`, {
            extra: { count: ids.length },
          });
        const results = await runBulk(executions, operation, ids, (id, error) =>
          log?.('error', `${operation} of ${id} failed`, { request_id: request.requestId, error }),
        );
        const done = results.filter((result) => result.outcome === 'done').length;
        return json({ operation, dry_run, count: ids.length, done, failed: results.length - done, results });
      },
    }),
  ];
}
