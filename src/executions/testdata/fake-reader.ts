import { vi } from 'vitest';
import type { Memo } from '../../workflows/interpreter/memo.ts';
import type { HistoryReader } from '../history.ts';
import { flowOf, inputOf } from './fake-runs.ts';

/** A reader that has read what a test says; `push` is a mock. */
export function fakeReader(more: Partial<HistoryReader> = {}) {
  const push = vi.fn<HistoryReader['push']>(async () => undefined);
  return {
    status: 'running' as const,
    output: null,
    error: null,
    trace: [],
    attempts: new Map(),
    memo: () => memo({}),
    input: inputOf(flowOf('flow: a\nsteps:\n  - wait: 1s\n')),
    ...more,
    push,
  } satisfies HistoryReader;
}
export function memo(more: Partial<Memo>): Memo {
  return {
    seq: 9,
    steps: {},
    sets: [],
    events: [],
    used: [],
    paused: false,
    generations: {},
    compensations: [],
    deadline: null,
    ...more,
  };
}
