import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { type ExecutionPage, listExecutions, visibilityQuery } from './list-executions.ts';
import type { RunDescription, Runs } from './runs.ts';
import { description, ID } from './testdata/fake-runs.ts';

describe('the list', () => {
  test('asks for executions only, with every filter', () => {
    expect(visibilityQuery({})).toBe("WeirVersion IS NOT NULL AND ExecutionStatus != 'ContinuedAsNew'");
    expect(visibilityQuery({ flow: 'a', status: 'timed_out', since: new Date(0), tag: 'x y' })).toBe(
      "WeirVersion IS NOT NULL AND (ExecutionStatus = 'TimedOut' OR (ExecutionStatus = 'Failed' AND WeirStatus = 'timed_out')) AND WorkflowType = 'a' AND StartTime >= '1970-01-01T00:00:00.000Z' AND WeirTags = 'x y'",
    );
  });
  test.each(["x' OR 1=1", 'x\\', 'a"b', 'a\nb', ''])("%j can't leave its quotes", (tag) => {
    expect(() => visibilityQuery({ tag })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
  /** Visibility as Temporal has it: the running first, then by end; windows by start. */
  function visibility(all: readonly RunDescription[]) {
    return vi.fn<Runs['list']>(async (query, { size }) => {
      const ids = /WorkflowId IN \((.*)\)/.exec(query)?.[1];
      if (ids !== undefined) return { items: all.filter((one) => ids.includes(`'${one.executionId}'`)), cursor: null };
      const [, upper = '', lower = ''] = /StartTime <= '(.*?)' AND StartTime > '(.*?)'/.exec(query) ?? [];
      const fitting = all.filter(({ startedAt }) => startedAt <= new Date(upper) && startedAt > new Date(lower));
      const items = fitting
        .sort((a, b) => (b.endedAt?.getTime() ?? Infinity) - (a.endedAt?.getTime() ?? Infinity))
        .slice(0, size);
      return { items, cursor: fitting.length > size ? new Uint8Array([1]) : null };
    });
  }
  const run = (n: number, startedAt: number, endedAt: number | null = null): RunDescription =>
    description({
      executionId: `e-${n}`,
      runId: `r-${n}`,
      startedAt: new Date(startedAt),
      endedAt: endedAt === null ? null : new Date(endedAt),
      status: endedAt === null ? 'running' : 'completed',
    });

  async function readAll(list: Runs['list'], limit: number, now: number): Promise<{ ids: string[]; pages: number }> {
    const ids: string[] = [];
    let pages = 0;
    for (let cursor: string | null = null; ; pages++) {
      const page: ExecutionPage = await listExecutions({ runs: { list } }, {}, { limit, cursor, now });
      ids.push(...page.items.map((item) => item.execution_id));
      cursor = page.next;
      if (cursor === null) return { ids, pages: pages + 1 };
    }
  }

  test('is newest first whatever order they ended in, each once, in one query a page', async () => {
    const list = visibility([
      run(1, 1_000, 9_000),
      run(2, 2_000),
      run(3, 3_000, 4_000),
      run(4, 3_000),
      run(5, 5_000, 6_000),
    ]);
    expect(await readAll(list, 2, 10_000)).toEqual({ ids: ['e-5', 'e-4', 'e-3', 'e-2', 'e-1'], pages: 3 });
    expect(list.mock.calls.filter(([query]) => query.includes('StartTime <='))).toHaveLength(3);
  });
  test('holds with more executions than can be sorted at once, bursts and gaps', async () => {
    const now = 400 * 24 * 3_600_000;
    const burst = Array.from({ length: 1_200 }, (_, i) => run(i, now - 1_000 - i, i % 3 === 0 ? null : now - i * 7));
    const old = Array.from({ length: 40 }, (_, i) => run(5_000 + i, 1_000 + i * 9 * 24 * 3_600_000, now - 5 + i));
    const { ids } = await readAll(visibility([...burst, ...old]), 100, now);
    const expected = [...burst, ...old]
      .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
      .map((one) => one.executionId);
    expect(ids).toEqual(expected);
  });
  test('shows the last run of an execution once; refuses cursors of other lists', async () => {
    const list = visibility([
      description({ runId: 'new', startedAt: new Date(5) }),
      description({ runId: 'old', status: 'completed', endedAt: new Date(4), startedAt: new Date(3) }),
      run(9, 1),
    ]);
    const page = await listExecutions({ runs: { list } }, {}, { limit: 1, cursor: null, now: 10 });
    expect(page.items).toMatchObject([{ execution_id: ID, status: 'running' }]);
    expect((await readAll(list, 1, 10)).ids).toEqual([ID, 'e-9']);
    for (const [filter, cursor] of [
      [{}, '!!'],
      [{}, `x${page.next}`],
      [{ flow: 'b' }, page.next],
    ] as const) {
      await expect(listExecutions({ runs: { list } }, filter, { limit: 1, cursor, now: 10 })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
  });

  test.each(['[1e300,"a"]', '["a",1]', '[-1,"a"]', '[1,"\\u0000"]', '[1]', 'null', '[', '[999999999999999,"a"]'])(
    'a cursor that somebody made up (%s) is refused',
    async (text) => {
      const sum = createHash('sha256').update(text).update('{}').digest('base64url').slice(0, 10);
      const cursor = `${Buffer.from(text).toString('base64url')}.${sum}`;
      await expect(
        listExecutions({ runs: { list: visibility([]) } }, {}, { limit: 1, cursor, now: 10 }),
      ).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );
});
