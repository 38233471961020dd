import { Problem } from '../problems/problem.ts';
import type { ProblemCode } from '../problems/catalogue.ts';
import type { ExecutionGateway } from './gateway.ts';
import type { ExecutionFilter } from './list-executions.ts';

export type BulkOperation = 'cancel' | 'terminate' | 'pause' | 'resume' | 'rerun';

/** What was done to one execution, or why it was not. `started`: the execution that a re-run began. */
export type BulkResult =
  | { readonly execution_id: string; readonly outcome: 'done'; readonly started?: string }
  | { readonly execution_id: string; readonly outcome: 'failed'; readonly code: ProblemCode; readonly detail: string };

type Gateway = Pick<ExecutionGateway, 'list' | 'steer' | 'rerun'>;

const MOST = 10_000;
const PAGE = 200;
const AT_ONCE = 8;
/** What fails with these would fail with all that follow. */
const AWAY: ReadonlySet<ProblemCode> = new Set(['temporal_unavailable', 'store_unavailable']);

/**
 * Executions that the operation would be done to, newest first: of those that fit the filter the open ones, for `rerun` the ended
 * ones. Throws invalid_request when there are more than 10,000.
 */
export async function findBulk(
  executions: Pick<ExecutionGateway, 'list'>,
  operation: BulkOperation,
  filter: ExecutionFilter,
): Promise<readonly string[]> {
  const state = operation === 'rerun' ? 'ended' : 'open';
  if (filter.state !== undefined && filter.state !== state) return [];
  const found = new Set<string>();
  for (let cursor: string | null = null; ; ) {
    const page = await executions.list({ ...filter, state }, { limit: PAGE, cursor });
    for (const { execution_id } of page.items) found.add(execution_id);
    if (found.size > MOST)
      throw new Problem(
        'invalid_request',
        `More than ${MOST} executions fit the filter: narrow it, by \`since\` or \`until\`.`,
      );
    cursor = page.next;
    if (cursor === null) return [...found];
  }
}

/**
 * Does the operation to each, a few at once; one that fails keeps none of the others from being done. Gives what became of each, in
 * the order of `ids`. When Temporal or the database goes away on the way, what is left is not tried, and said to be so.
 */
export async function runBulk(
  executions: Gateway,
  operation: BulkOperation,
  ids: readonly string[],
  onDefect: (executionId: string, error: unknown) => void = () => undefined,
): Promise<readonly BulkResult[]> {
  const results = new Map<string, BulkResult>();
  const queue = [...ids];
  let away: Problem | null = null;
  const work = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      if (away !== null) {
        results.set(id, failure(id, away.code, 'It was not tried: what it needs had gone away before.'));
        continue;
      }
      try {
        results.set(id, await doOne(executions, operation, id));
      } catch (error) {
        if (error instanceof Problem) {
          results.set(id, failure(id, error.code, error.message));
          if (AWAY.has(error.code)) away = error;
        } else {
          results.set(id, failure(id, 'internal_error', 'It failed by a defect; the log of the server has it.'));
          onDefect(id, error);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return ids.flatMap((id) => results.get(id) ?? []);
}

async function doOne(executions: Gateway, operation: BulkOperation, id: string): Promise<BulkResult> {
  if (operation !== 'rerun') {
    await executions.steer(id, operation);
    return { execution_id: id, outcome: 'done' };
  }
  const { execution_id: started } = await executions.rerun(id, {});
  return { execution_id: id, outcome: 'done', started };
}

const failure = (execution_id: string, code: ProblemCode, detail: string): BulkResult => ({
  execution_id,
  outcome: 'failed',
  code,
  detail,
});
