import { describe, expect, test, vi } from 'vitest';
import type { HistoryEvent } from './history.ts';
import { createExecutionReader } from './read-execution.ts';
import { fakeReader } from './testdata/fake-reader.ts';
import { description, fakeRuns, ID } from './testdata/fake-runs.ts';

const start = (more: object = {}): HistoryEvent => ({ workflowExecutionStartedEventAttributes: more });
const events = (n: number, first = start()): HistoryEvent[] => [first, ...Array.from({ length: n - 1 }, () => ({}))];

describe('reading', () => {
  test('only what is new is fetched and fed', async () => {
    const reader = fakeReader();
    let now = description({ events: 3 });
    const history = vi.fn(async () => events(now.events));
    const { load } = createExecutionReader({
      runs: fakeRuns({ describe: async () => now, history }),
      createHistoryReader: () => reader,
    });
    await load(ID);
    await load(ID);
    expect(history).toHaveBeenCalledTimes(1);
    now = description({ events: 5 });
    await Promise.all([load(ID), load(ID)]);
    expect(history).toHaveBeenCalledTimes(2);
    expect(reader.push.mock.calls.map(([run, fed]) => [run, fed.length])).toEqual([
      [0, 3],
      [0, 2],
    ]);
  });

  test('all runs are read, oldest first: continued as new, and started again by a rollback after the end', async () => {
    const reader = fakeReader();
    const histories: Record<string, HistoryEvent[]> = {
      'run-0': events(4),
      'run-1': events(3, start({ continuedExecutionRunId: 'run-0' })),
      'run-2': events(2, start({ memo: { fields: { previous_run: { data: Buffer.from('"run-1"') } } } })),
    };
    let now = description({ runId: 'run-1', events: 3 });
    const history = vi.fn(async (_: string, runId: string) => histories[runId] ?? null);
    const { load } = createExecutionReader({
      runs: fakeRuns({ describe: async () => now, history }),
      createHistoryReader: () => reader,
    });
    expect((await load(ID)).runs).toEqual(['run-0', 'run-1']);
    now = description({ runId: 'run-2', events: 2 });
    expect((await load(ID)).runs).toEqual(['run-0', 'run-1', 'run-2']);
    expect(reader.push.mock.calls.map(([run, fed]) => [run, fed.length])).toEqual([
      [0, 4],
      [1, 3],
      [2, 2],
    ]);
    expect(history.mock.calls.map(([, runId]) => runId)).toEqual(['run-1', 'run-0', 'run-2', 'run-1']);
  });

  test('runs past their retention are missing; the rest is read', async () => {
    const reader = fakeReader();
    const history = async (_: string, runId: string) =>
      runId === 'run-1' ? events(3, start({ continuedExecutionRunId: 'run-0' })) : null;
    const { load } = createExecutionReader({
      runs: fakeRuns({ describe: async () => description({ runId: 'run-1' }), history }),
      createHistoryReader: () => reader,
    });
    expect((await load(ID)).runs).toEqual(['run-1']);
  });

  test('after an error the next question begins anew', async () => {
    const readers = [fakeReader(), fakeReader()];
    readers[0]?.push.mockRejectedValueOnce(new Error('broken'));
    let made = 0;
    const { load } = createExecutionReader({
      runs: fakeRuns({ describe: async () => description(), history: async () => events(3) }),
      createHistoryReader: () => readers[made++] ?? fakeReader(),
    });
    await expect(load(ID)).rejects.toThrow('broken');
    await load(ID);
    expect(readers[1]?.push).toHaveBeenCalledTimes(1);
  });

  test('an unknown execution', async () => {
    const { load } = createExecutionReader({
      runs: fakeRuns({ describe: async () => null }),
      createHistoryReader: () => fakeReader(),
    });
    await expect(load(ID)).rejects.toMatchObject({ code: 'execution_not_found' });
  });
});
