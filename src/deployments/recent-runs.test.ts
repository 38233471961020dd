import { expect, test, vi } from 'vitest';
import type { Runs } from '../executions/runs.ts';
import { description } from '../executions/testdata/fake-runs.ts';
import { MAX_RECENT, recentRuns } from './recent-runs.ts';

const page = (size: number, next: boolean) => ({
  items: Array.from({ length: size }, () => description()),
  cursor: next ? new Uint8Array([1]) : null,
});

test('asks for what runs, or closed since the sweeper came by, a minute of overlap included', async () => {
  const list = vi.fn<Runs['list']>(async () => page(1, false));
  const recent = recentRuns({ list }, { archivedUntil: async () => Date.UTC(2026, 0, 1, 12) });
  expect(await recent('shop', new Date(Date.UTC(2026, 0, 1)))).toHaveLength(1);
  const [query] = list.mock.calls[0] ?? [];
  expect(query).toContain("WorkflowType = 'shop'");
  expect(query).toContain("StartTime >= '2026-01-01T00:00:00.000Z'");
  expect(query).toMatch(/ AND \(ExecutionStatus = 'Running' OR CloseTime >= '2026-01-01T11:59:00.000Z'\)$/);
  await recentRuns({ list })('shop', null);
  expect(list.mock.lastCall?.[0]).toContain("CloseTime >= '1970-01-01T00:00:00.000Z'");
});

test('follows the pages, and stops at its bound', async () => {
  const few = vi.fn<Runs['list']>().mockResolvedValueOnce(page(1_000, true)).mockResolvedValueOnce(page(5, false));
  expect(await recentRuns({ list: few })('shop', null)).toHaveLength(1_005);
  const endless = vi.fn<Runs['list']>(async () => page(999, true));
  expect(await recentRuns({ list: endless })('shop', null)).toHaveLength(MAX_RECENT);
  expect(endless.mock.calls.length).toBeLessThanOrEqual(6);
});

test('names that could end the quotes are refused', async () => {
  await expect(recentRuns({ list: async () => page(0, false) })("a' OR 'a' = 'a", null)).rejects.toMatchObject({
    code: 'invalid_request',
  });
});
