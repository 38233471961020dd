import { describe, expect, test, vi } from 'vitest';
import type { Json } from '../dsl/ir/json.ts';
import type { Memo } from '../workflows/interpreter/memo.ts';
import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import { executionView, statusOf } from './execution-view.ts';
import type { HistoryEvent, HistoryReader, TracedEvent } from './history.ts';
import { createExecutionReader, type LoadedExecution } from './read-execution.ts';
import type { RunDescription } from './runs.ts';
import { stateAtStep } from './state-at-step.ts';
import { compareIds, streamEvents } from './stream.ts';
import { description, fakeRuns, flowOf, ID, inputOf } from './testdata/fake-runs.ts';

const start = (more: object = {}): HistoryEvent => ({ workflowExecutionStartedEventAttributes: more }) as HistoryEvent; // the few fields that are looked at
const events = (n: number, first = start()): HistoryEvent[] => [first, ...Array.from({ length: n - 1 }, () => ({}))];

function fakeReader(more: Partial<HistoryReader> = {}) {
  const push = vi.fn<HistoryReader['push']>(async () => undefined);
  return { status: 'running' as const, output: null, error: null, trace: [], attempts: new Map(), memo: () => memo({}), input: inputOf(flowOf('flow: a\nsteps:\n  - wait: 1s\n')), ...more, push } satisfies HistoryReader;
}
function memo(more: Partial<Memo>): Memo {
  return { seq: 9, steps: {}, sets: [], events: [], used: [], paused: false, generations: {}, compensations: [], deadline: null, ...more };
}

describe('reading', () => {
  test('only what is new is fetched and fed', async () => {
    const reader = fakeReader();
    let now = description({ events: 3 });
    const history = vi.fn(async () => events(now.events));
    const { load } = createExecutionReader({ runs: fakeRuns({ describe: async () => now, history }), createHistoryReader: () => reader });
    await load(ID);
    await load(ID);
    expect(history).toHaveBeenCalledTimes(1);
    now = description({ events: 5 });
    await Promise.all([load(ID), load(ID)]);
    expect(history).toHaveBeenCalledTimes(2);
    expect(reader.push.mock.calls.map(([run, fed]) => [run, fed.length])).toEqual([[0, 3], [0, 2]]);
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
    const { load } = createExecutionReader({ runs: fakeRuns({ describe: async () => now, history }), createHistoryReader: () => reader });
    expect((await load(ID)).runs).toEqual(['run-0', 'run-1']);
    now = description({ runId: 'run-2', events: 2 });
    expect((await load(ID)).runs).toEqual(['run-0', 'run-1', 'run-2']);
    expect(reader.push.mock.calls.map(([run, fed]) => [run, fed.length])).toEqual([[0, 4], [1, 3], [2, 2]]);
    expect(history.mock.calls.map(([, runId]) => runId)).toEqual(['run-1', 'run-0', 'run-2', 'run-1']);
  });

  test('runs past their retention are missing; the rest is read', async () => {
    const reader = fakeReader();
    const history = async (_: string, runId: string) => (runId === 'run-1' ? events(3, start({ continuedExecutionRunId: 'run-0' })) : null);
    const { load } = createExecutionReader({ runs: fakeRuns({ describe: async () => description({ runId: 'run-1' }), history }), createHistoryReader: () => reader });
    expect((await load(ID)).runs).toEqual(['run-1']);
  });

  test('after an error the next question begins anew', async () => {
    const readers = [fakeReader(), fakeReader()];
    readers[0]?.push.mockRejectedValueOnce(new Error('broken'));
    let made = 0;
    const { load } = createExecutionReader({ runs: fakeRuns({ describe: async () => description(), history: async () => events(3) }), createHistoryReader: () => readers[made++] ?? fakeReader() });
    await expect(load(ID)).rejects.toThrow('broken');
    await load(ID);
    expect(readers[1]?.push).toHaveBeenCalledTimes(1);
  });

  test('an unknown execution', async () => {
    const { load } = createExecutionReader({ runs: fakeRuns({ describe: async () => null }), createHistoryReader: () => fakeReader() });
    await expect(load(ID)).rejects.toMatchObject({ code: 'execution_not_found' });
  });
});

const trace = (...list: TraceEvent[]): TracedEvent[] => list.map((event, i) => ({ ...event, id: `0.${i}` }));
const loaded = (reader: Partial<HistoryReader>, more: Partial<RunDescription> = {}): LoadedExecution => ({ id: ID, description: description(more), reader: fakeReader(reader), runs: ['run-0'] });
const call = { kind: 'call' as const, adapter: 'http', action: 'request' };

describe('the view', () => {
  test('steps in order, with attempts, durations, and what is waited for', () => {
    const view = executionView(
      loaded(
        {
          status: 'waiting',
          trace: trace(
            { type: 'execution.started', at: 0 },
            { type: 'step.started', at: 10, step: 'a', ...call },
            { type: 'step.completed', at: 30, step: 'a', kind: 'call', result: { n: 1 } },
            { type: 'step.skipped', at: 30, step: 'b', kind: 'set' },
            { type: 'step.started', at: 31, step: 'gate', kind: 'approve' },
            { type: 'step.waiting', at: 31, step: 'gate', on: 'approval', detail: { title: 'Ship it' }, until: 60_000 },
            { type: 'step.started', at: 32, step: 'c', ...call },
          ),
          attempts: new Map([['a', { attempts: 2 }]]),
        },
        { pending: [{ id: 'c', attempt: 3, waiting: true, nextAttemptAt: new Date(99_000), lastFailure: { code: 'http_503', message: 'm' } }] },
      ),
    );
    expect(view.steps).toMatchObject([
      { id: 'a', path: 'a', status: 'completed', attempts: 2, duration_ms: 20, result: { n: 1 }, adapter: 'http', action: 'request' },
      { id: 'b', status: 'skipped', attempts: 0 },
      { id: 'gate', status: 'waiting', ended_at: null },
      { id: 'c', status: 'waiting', attempts: 3, error: { code: 'http_503' } },
    ]);
    expect(view.waiting).toEqual([
      { step: 'gate', on: 'approval', reason: 'waits for a decision: Ship it', until: '1970-01-01T00:01:00.000Z' },
      { step: 'c', on: 'retry', reason: 'attempt 3 comes after http_503', until: '1970-01-01T00:01:39.000Z' },
    ]);
    expect(view).toMatchObject({ status: 'waiting', ended_at: null, output: null, error: null });
  });

  test('sensitive results are masked; what a rollback undid is gone; what was cut off is cancelled', () => {
    const view = executionView(
      loaded(
        {
          trace: trace(
            { type: 'step.started', at: 1, step: 'a', ...call },
            { type: 'step.completed', at: 2, step: 'a', kind: 'call', result: 'hush', sensitive: true },
            { type: 'step.started', at: 3, step: 'b', ...call },
            { type: 'step.completed', at: 4, step: 'b', kind: 'call', result: 'undone' },
            { type: 'execution.rolled_back', at: 5, step: 'b' },
            { type: 'step.started', at: 6, step: 'c', ...call },
          ),
          memo: () => memo({ steps: { a: { start: 1, startedAt: 1, status: 'completed' }, c: { start: 5, startedAt: 6, status: 'open' } } }),
        },
        { status: 'terminated', endedAt: new Date(50) },
      ),
    );
    expect(view.steps.map(({ path, status, result }) => [path, status, result])).toEqual([['a', 'completed', '[sensitive]'], ['c', 'cancelled', undefined]]);
    expect(view).toMatchObject({ status: 'terminated', duration_ms: 49 });
  });

  test('Temporal\'s close status decides, WeirStatus and history tell the rest', () => {
    expect(statusOf({ status: 'failed', shown: 'timed_out' }, null)).toBe('timed_out');
    expect(statusOf({ status: 'failed', shown: 'running' }, null)).toBe('failed');
    expect(statusOf({ status: 'running', shown: 'running' }, 'paused')).toBe('paused');
    expect(statusOf({ status: 'continued', shown: null }, null)).toBe('running');
    expect(statusOf({ status: 'completed', shown: 'waiting' }, 'running')).toBe('completed');
  });
});

describe('state', () => {
  const flow = flowOf('flow: a\nsteps:\n  - one: { set: { v: 1 } }\n  - each: { foreach: { in: [1, 2], concurrency: 2, do: [ { cell: { wait: 1s } } ] } }\n  - never: { wait: 1s }\n');
  const entry = (from: number, to: number | undefined, result: Json = null) => ({ start: from, startedAt: from, ...(to === undefined ? { status: 'open' as const } : { end: to, endedAt: to, status: 'completed' as const, result }) });
  const reader = {
    input: inputOf(flow),
    memo: () => memo({
      steps: { one: entry(1, 3, { v: 1 }), each: entry(4, undefined), 'each[0]': entry(5, 8), 'each[0].cell': entry(6, 7, 'zero'), 'each[1]': entry(9, undefined), 'each[1].cell': entry(10, 12, 'one') },
      sets: [{ seq: 2, scope: '', name: 'v', value: 1 }, { seq: 8, scope: 'each[0]', name: 'own', value: true }, { seq: 13, scope: '', name: 'v', value: 2 }],
    }),
  };
  test('at a step: what had ended and was set by then; before it: without its own', () => {
    expect(stateAtStep(reader, 'one', 'at')).toMatchObject({ vars: { v: 1 }, results: { one: { v: 1 } } });
    expect(stateAtStep(reader, 'one', 'before')).toMatchObject({ vars: {}, results: {} });
    expect(stateAtStep(reader, 'each[0].cell', 'at').results).toEqual({ one: { v: 1 }, 'each[0].cell': 'zero' });
  });
  test('an id means its latest instance; rounds are no steps', () => {
    expect(stateAtStep(reader, 'cell', 'at')).toMatchObject({ step: 'each[1].cell', vars: { v: 1 }, results: { 'each[0].cell': 'zero', 'each[1].cell': 'one' } });
  });
  test('what can\'t be told', () => {
    expect(() => stateAtStep(reader, 'each', 'at')).toThrow(expect.objectContaining({ code: 'step_not_ended' }));
    expect(() => stateAtStep(reader, 'never', 'at')).toThrow(expect.objectContaining({ code: 'step_not_ended' }));
    expect(() => stateAtStep(reader, 'wat', 'at')).toThrow(expect.objectContaining({ code: 'step_not_found' }));
    const open = { ...reader, memo: () => memo({ steps: { 'each[0].cell': entry(1, undefined), 'each[1].cell': entry(2, undefined) } }) };
    expect(() => stateAtStep(open, 'cell', 'at')).toThrow(expect.objectContaining({ code: 'ambiguous_step' }));
  });
});

describe('the stream', () => {
  test('goes on after an id, follows into the next run, masks, and ends with the execution', async () => {
    const list: TracedEvent[] = [{ id: '0.0', type: 'execution.started', at: 0 }, { id: '0.1', type: 'step.completed', at: 1, step: 'a', kind: 'call', result: 'hush', sensitive: true }];
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
    const reader = { load: async (): Promise<LoadedExecution> => ({ id: ID, description: now, reader: fakeReader({ trace: list }), runs: [] }) };
    const seen: TracedEvent[] = [];
    for await (const event of streamEvents({ runs, reader }, { executionId: ID, after: '0.0', signal: new AbortController().signal })) seen.push(event);
    expect(seen.map((event) => event.id)).toEqual(['0.1', '1.0', '1.10']);
    expect(seen[0]).toMatchObject({ result: '[sensitive]' });
    expect(polled).toEqual([['run-0', false], ['run-0', true], ['run-1', false], ['run-1', true]]);
  });
  test('ids are ordered by number', () => {
    expect(compareIds('0.9', '0.10')).toBeLessThan(0);
    expect(compareIds('1.0', '0.99')).toBeGreaterThan(0);
    expect(compareIds('0.0', 'nonsense')).toBeGreaterThan(0);
  });
});
