import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import { executionView, statusOf } from './execution-view.ts';
import type { HistoryReader, TracedEvent } from './history.ts';
import type { LoadedExecution } from './read-execution.ts';
import type { QueueState, RunDescription } from './runs.ts';
import { fakeReader, memo } from './testdata/fake-reader.ts';
import { description, ID } from './testdata/fake-runs.ts';
import { isUntaken } from './why-waiting.ts';

const trace = (...list: TraceEvent[]): TracedEvent[] => list.map((event, i) => ({ ...event, id: `0.${i}` }));
const loaded = (reader: Partial<HistoryReader>, more: Partial<RunDescription> = {}): LoadedExecution => ({
  id: ID,
  description: description(more),
  reader: fakeReader(reader),
  runs: ['run-0'],
});
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
            {
              type: 'step.waiting',
              at: 31,
              step: 'gate',
              on: 'approval',
              detail: { title: 'Ship it', to: ['ada', 'role:boss'] },
              until: 60_000,
            },
            { type: 'step.started', at: 32, step: 'c', ...call },
          ),
          attempts: new Map([['a', { attempts: 2 }]]),
        },
        {
          pending: [
            {
              id: 'c',
              attempt: 3,
              waiting: true,
              nextAttemptAt: new Date(99_000),
              lastFailure: { code: 'http_503', message: 'm' },
            },
          ],
        },
      ),
    );
    expect(view.steps).toMatchObject([
      {
        id: 'a',
        path: 'a',
        status: 'completed',
        attempts: 2,
        duration_ms: 20,
        result: { n: 1 },
        adapter: 'http',
        action: 'request',
      },
      { id: 'b', status: 'skipped', attempts: 0 },
      { id: 'gate', status: 'waiting', ended_at: null },
      { id: 'c', status: 'waiting', attempts: 3, error: { code: 'http_503' } },
    ]);
    expect(view.waiting).toEqual([
      {
        step: 'gate',
        on: 'approval',
        reason: 'waits for a decision by ada or role:boss: Ship it',
        until: '1970-01-01T00:01:00.000Z',
        since: '1970-01-01T00:00:00.031Z',
        approval: { title: 'Ship it', to: ['ada', 'role:boss'], form: null },
      },
      {
        step: 'c',
        on: 'retry',
        reason: 'attempt 2 failed with http_503: m; attempt 3 comes next',
        until: '1970-01-01T00:01:39.000Z',
        since: '1970-01-01T00:00:00.032Z',
      },
    ]);
    expect(view.why).toBe(
      'Step gate waits for a decision by ada or role:boss: Ship it, since 1970-01-01T00:00:00.031Z, until 1970-01-01T00:01:00.000Z. ' +
        'Step c tries again: attempt 2 failed with http_503: m; attempt 3 comes next, since 1970-01-01T00:00:00.032Z, until 1970-01-01T00:01:39.000Z.',
    );
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
          memo: () =>
            memo({
              steps: {
                a: { start: 1, startedAt: 1, status: 'completed' },
                c: { start: 5, startedAt: 6, status: 'open' },
              },
            }),
        },
        { status: 'terminated', endedAt: new Date(50) },
      ),
    );
    expect(view.steps.map(({ path, status, result }) => [path, status, result])).toEqual([
      ['a', 'completed', '[sensitive]'],
      ['c', 'cancelled', undefined],
    ]);
    expect(view).toMatchObject({ status: 'terminated', duration_ms: 49, why: null });
  });

  describe('why it does not go on', () => {
    const late = { since: new Date(0), started: false, attempt: 1 };
    const queue = { name: 'weir', workers: 0, backlog: 7, oldestMs: 9_000 };
    const why = (more: Partial<RunDescription>, reader: Partial<HistoryReader> = {}, state: QueueState | null = null) =>
      executionView(loaded(reader, more), state).why;

    test('nobody polls, everybody is busy, or workers fail', () => {
      expect(isUntaken(description({ task: late }), 1_000)).toBe(false);
      expect(isUntaken(description({ task: late }), 5_000)).toBe(true);
      expect(isUntaken(description({ task: { ...late, started: true } }), 5_000)).toBe(false);
      expect(why({ task: late }, {}, queue)).toMatch(/^No worker polls the task queue weir: start one/);
      expect(why({ task: late }, {}, { ...queue, workers: 2 })).toBe(
        'Its next task waits for a free worker. About 7 tasks wait in weir, the oldest for 9 s.',
      );
      expect(why({ task: { ...late, attempt: 3 } })).toMatch(/given out for the 3rd time/);
    });
    test('it is paused, or waits for its turn, or does not wait', () => {
      expect(why({}, { status: 'paused' })).toMatch(/^It is paused/);
      const slot = { type: 'step.waiting', at: 5, step: 'flow', on: 'slot', detail: { key: 'k', limit: 2 } } as const;
      expect(why({}, { trace: trace({ type: 'execution.started', at: 0 }, slot) })).toMatch(
        /^The flow waits for its turn: k \(at most 2 run at once\), since/,
      );
      const started = { type: 'step.started', at: 10, step: 'a', ...call } as const;
      expect(why({}, { trace: trace(slot, started) })).toBe('It does not wait: a runs since 1970-01-01T00:00:00.010Z.');
    });
  });

  test("Temporal's close status decides, WeirStatus and history tell the rest", () => {
    expect(statusOf({ status: 'failed', shown: 'timed_out' }, null)).toBe('timed_out');
    expect(statusOf({ status: 'failed', shown: 'running' }, null)).toBe('failed');
    expect(statusOf({ status: 'running', shown: 'running' }, 'paused')).toBe('paused');
    expect(statusOf({ status: 'continued', shown: null }, null)).toBe('running');
    expect(statusOf({ status: 'completed', shown: 'waiting' }, 'running')).toBe('completed');
  });
});
