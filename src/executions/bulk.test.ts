import { expect, test, vi } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { findBulk, runBulk } from './bulk.ts';
import type { ExecutionGateway } from './gateway.ts';
import type { ExecutionSummary } from './view.ts';

const ids = Array.from({ length: 30 }, (_, i) => `e-${i}`);
const steered = (id: string) => ({ execution_id: id, status: 'running' as const });
const gateway = (more: Partial<ExecutionGateway>) => more as ExecutionGateway; // what is missing fails

test('finds open executions for what steers, ended ones for a re-run, page by page', async () => {
  const list = vi.fn<ExecutionGateway['list']>(async (_filter, { cursor }) => {
    const from = Number(cursor ?? 0);
    const items = ids.slice(from, from + 20).map((execution_id) => ({ execution_id }) as ExecutionSummary); // the id counts
    return { items, next: from + 20 < ids.length ? String(from + 20) : null };
  });
  expect(await findBulk({ list }, 'cancel', { flow: 'a' })).toEqual(ids);
  expect(list.mock.calls[0]?.[0]).toEqual({ flow: 'a', state: 'open' });
  await findBulk({ list }, 'rerun', {});
  expect(list.mock.lastCall?.[0]).toEqual({ state: 'ended' });
  expect(await findBulk({ list }, 'rerun', { state: 'open' })).toEqual([]);
});

test('more than 10,000 are refused', async () => {
  let n = 0;
  const list = async () => ({
    items: Array.from({ length: 200 }, () => ({ execution_id: `e-${n++}` }) as ExecutionSummary), // the id counts
    next: 'more',
  });
  await expect(findBulk({ list }, 'cancel', {})).rejects.toMatchObject({ code: 'invalid_request' });
});

test('one that fails keeps none from being done; each is reported in order; few at once', async () => {
  let running = 0;
  let most = 0;
  const steer = vi.fn<ExecutionGateway['steer']>(async (id) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    if (id === 'e-3') throw new Problem('execution_ended', 'It has ended.');
    if (id === 'e-4') throw new TypeError('a defect');
    return steered(id);
  });
  const defects: string[] = [];
  const results = await runBulk(gateway({ steer }), 'cancel', ids, (id) => void defects.push(id));
  expect(results.map((one) => one.execution_id)).toEqual(ids);
  expect(results.filter((one) => one.outcome === 'failed')).toEqual([
    { execution_id: 'e-3', outcome: 'failed', code: 'execution_ended', detail: 'It has ended.' },
    { execution_id: 'e-4', outcome: 'failed', code: 'internal_error', detail: expect.any(String) },
  ]);
  expect(defects).toEqual(['e-4']);
  expect(steer).toHaveBeenCalledTimes(ids.length);
  expect(most).toBeLessThanOrEqual(8);
});

test('when Temporal goes away, what is left is not tried, and said to be so', async () => {
  const rerun = vi.fn<ExecutionGateway['rerun']>(async (id) => {
    if (id !== 'e-0') throw new Problem('temporal_unavailable', 'away');
    return {
      execution_id: 'new',
      flow: 'a',
      version: '1.0.0',
      status: 'running',
      links: {},
      origin: { execution_id: id },
    };
  });
  const results = await runBulk(gateway({ rerun }), 'rerun', ids);
  expect(results[0]).toEqual({ execution_id: 'e-0', outcome: 'done', started: 'new' });
  expect(results.slice(1).every((one) => one.outcome === 'failed' && one.code === 'temporal_unavailable')).toBe(true);
  expect(rerun.mock.calls.length).toBeLessThan(ids.length);
  expect(results.at(-1)).toMatchObject({ detail: expect.stringContaining('not tried') });
});
