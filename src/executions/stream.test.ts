import { describe, expect, test } from 'vitest';
import type { TracedEvent } from './history.ts';
import type { LoadedExecution } from './read-execution.ts';
import { compareIds, streamEvents } from './stream.ts';
import { fakeReader } from './testdata/fake-reader.ts';
import { description, fakeRuns, ID } from './testdata/fake-runs.ts';

describe('the stream', () => {
  test('goes on after an id, follows into the next run, masks, and ends with the execution', async () => {
    const list: TracedEvent[] = [
      { id: '0.0', type: 'execution.started', at: 0 },
      { id: '0.1', type: 'step.completed', at: 1, step: 'a', kind: 'call', result: 'hush', sensitive: true },
    ];
    let now = description();
    const polled: [string, boolean][] = [];
    const runs = fakeRuns({
      describe: async () => now,
      waitForEvents: async (_, runId, { cursor }) => {
        polled.push([runId, cursor !== null]);
        if (polled.length === 2) {
          list.push({ id: '1.0', type: 'step.started', at: 2, step: 'b', kind: 'wait' });
          now = description({ runId: 'run-1' });
        } else if (polled.length === 4) {
          list.push({ id: '1.10', type: 'execution.completed', at: 3, output: null });
          now = description({ runId: 'run-1', status: 'completed' });
        }
        return { cursor: new Uint8Array([1]) };
      },
    });
    const reader = {
      load: async (): Promise<LoadedExecution> => ({
        id: ID,
        description: now,
        reader: fakeReader({ trace: list }),
        runs: [],
      }),
    };
    const seen: TracedEvent[] = [];
    for await (const event of streamEvents(
      { runs, reader },
      { executionId: ID, after: '0.0', signal: new AbortController().signal },
    ))
      seen.push(event);
    expect(seen.map((event) => event.id)).toEqual(['0.1', '1.0', '1.10']);
    expect(seen[0]).toMatchObject({ result: '[sensitive]' });
    expect(polled).toEqual([
      ['run-0', false],
      ['run-0', true],
      ['run-1', false],
      ['run-1', true],
    ]);
  });
  test('ids are ordered by number', () => {
    expect(compareIds('0.9', '0.10')).toBeLessThan(0);
    expect(compareIds('1.0', '0.99')).toBeGreaterThan(0);
    expect(compareIds('0.0', 'nonsense')).toBeGreaterThan(0);
  });
});
