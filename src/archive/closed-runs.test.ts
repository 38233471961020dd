import { describe, expect, test, vi } from 'vitest';
import type { Runs, RunSummary } from '../executions/runs.ts';
import { description } from '../executions/testdata/fake-runs.ts';
import { closedRuns } from './closed-runs.ts';

const NOW = Date.UTC(2026, 5, 1);
const SIZE = 500;

/** Visibility as Temporal has it: the last closed first, in pages. */
function visibility(closes: readonly number[]) {
  const all = closes
    .map((at, i) => description({ runId: `r-${i}`, executionId: `e-${i}`, status: 'completed', endedAt: new Date(at) }))
    .sort((a, b) => (b.endedAt?.getTime() ?? 0) - (a.endedAt?.getTime() ?? 0));
  return vi.fn<Runs['list']>(async (query, { size, cursor }) => {
    const [, lower = ''] = /CloseTime >= '(.*?)'/.exec(query) ?? [];
    const [, upper] = /CloseTime < '(.*?)'/.exec(query) ?? [];
    const fitting = all.filter(
      ({ endedAt }) =>
        endedAt !== null && endedAt >= new Date(lower) && (upper === undefined || endedAt < new Date(upper)),
    );
    const from = cursor === null ? 0 : Number(Buffer.from(cursor).toString());
    const items = fitting.slice(from, from + size);
    return { items, cursor: items.length === size ? Buffer.from(`${from + size}`) : null };
  });
}
async function readAll(list: Runs['list'], from: number) {
  const pages: { items: readonly RunSummary[]; until: number | null }[] = [];
  for await (const page of closedRuns({ list }, from, NOW)) pages.push(page);
  return pages;
}
const timesOf = (items: readonly RunSummary[]): number[] => items.map((run) => run.endedAt?.getTime() ?? 0);

describe('runs that closed', () => {
  test('few of them, or none, take one query', async () => {
    const list = visibility([NOW - 5, NOW - 9, NOW - 7]);
    const pages = await readAll(list, NOW - 60_000);
    expect(pages.map((page) => [timesOf(page.items), page.until])).toEqual([[[NOW - 9, NOW - 7, NOW - 5], null]]);
    expect(await readAll(list, NOW - 3)).toEqual([{ items: [], until: null }]);
    expect(list).toHaveBeenCalledTimes(2);
  });

  test('of a long backlog the oldest come first, each once, and what was given is said', async () => {
    const closes = Array.from({ length: 4_321 }, (_, i) => NOW - 3 * 86_400_000 + i * 30_000);
    const list = visibility(closes);
    const pages = await readAll(list, 0);
    expect(pages.flatMap((page) => timesOf(page.items))).toEqual(closes);
    for (const [i, page] of pages.entries()) {
      for (const at of timesOf(page.items)) expect(at).toBeLessThan(page.until ?? NOW + 1);
      expect(page.until === null).toBe(i === pages.length - 1);
    }
    expect(list.mock.calls.length).toBeLessThan(60);
  });

  test('more of them in one instant than a page holds', async () => {
    const closes = [...Array.from({ length: SIZE * 2 + 7 }, () => NOW - 5_000), NOW - 1];
    const pages = await readAll(visibility(closes), NOW - 60_000);
    expect(new Set(pages.flatMap((page) => page.items.map((run) => run.runId))).size).toBe(closes.length);
    expect(pages.flatMap((page) => page.items)).toHaveLength(closes.length);
  });
});
