import { describe, expect, test, vi } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { type ExecutionPage, listExecutions, visibilityQuery } from './list-executions.ts';
import type { RunDescription, Runs, UpdateAnswer } from './runs.ts';
import { decideApproval, signalExecution } from './send-message.ts';
import { steerExecution } from './steer-execution.ts';
import { description, fakeRuns, flowOf, ID, inputOf } from './testdata/fake-runs.ts';

const running = async () => description();
const over = async () => description({ status: 'completed', endedAt: new Date() });

describe('cancel, terminate, pause, resume', () => {
  test('reach a running execution', async () => {
    const [cancel, terminate, signal] = [
      vi.fn(async () => undefined),
      vi.fn(async () => undefined),
      vi.fn(async () => undefined),
    ];
    const runs = fakeRuns({ describe: running, cancel, terminate, signal });
    expect(await steerExecution(runs, ID, 'cancel')).toEqual({ execution_id: ID, status: 'running' });
    expect(await steerExecution(runs, ID, 'terminate')).toEqual({ execution_id: ID, status: 'terminated' });
    await steerExecution(runs, ID, 'pause');
    await steerExecution(runs, ID, 'resume');
    expect(signal.mock.calls).toEqual([
      [ID, 'weir.pause'],
      [ID, 'weir.resume'],
    ]);
  });
  test.each(['cancel', 'terminate', 'pause', 'resume'] as const)(
    '%s: unknown is 404, ended 409, also when it ends in between',
    async (operation) => {
      await expect(steerExecution(fakeRuns({ describe: async () => null }), ID, operation)).rejects.toMatchObject({
        code: 'execution_not_found',
      });
      await expect(steerExecution(fakeRuns({ describe: over }), ID, operation)).rejects.toMatchObject({
        code: 'execution_ended',
      });
      const late = async () => Promise.reject(new Problem('execution_not_found', ''));
      await expect(
        steerExecution(fakeRuns({ describe: running, cancel: late, terminate: late, signal: late }), ID, operation),
      ).rejects.toMatchObject({ code: 'execution_ended' });
    },
  );
});

const answering = (answer: UpdateAnswer) => vi.fn<Runs['update']>(async () => answer);

describe('an event', () => {
  test('is an update under its own id', async () => {
    const update = answering({ kind: 'done', result: { delivered: 'kept' } });
    expect(await signalExecution(fakeRuns({ describe: running, update }), ID, { type: 't', data: 1, id: 'e' })).toEqual(
      { execution_id: ID, event_id: 'e', delivered: 'kept' },
    );
    expect(update).toHaveBeenCalledWith({
      executionId: ID,
      name: 'weir.event',
      id: 'e',
      argument: { id: 'e', type: 't', data: 1 },
    });
  });
  test.each<[UpdateAnswer, string]>([
    [{ kind: 'ended' }, 'execution_ended'],
    [{ kind: 'refused', code: 'event_buffer_full', message: 'm' }, 'event_buffer_full'],
  ])('%j is %s', async (answer, code) => {
    await expect(
      signalExecution(fakeRuns({ describe: running, update: answering(answer) }), ID, { type: 't', data: null }),
    ).rejects.toMatchObject({ code });
  });
});

describe('a decision', () => {
  const flow = flowOf(
    'flow: a\nsteps:\n  - wait: 1s\n  - gate: { approve: { title: Go, timeout: 1h, form: { type: object, required: [amount], properties: { amount: { type: integer }, note: { type: string, default: none } } } } }\n',
  );
  const runs = (update: Runs['update'], describe: Runs['describe'] = running) =>
    fakeRuns({ describe, update, input: async () => inputOf(flow) });
  const yes = { approved: true, by: null };

  test('is checked against the form, with its defaults; a no needs none', async () => {
    const update = answering({ kind: 'done', result: { accepted: true, step: 'each[1].gate' } });
    await expect(decideApproval(runs(update), ID, 'gate', { ...yes, form: { amount: 'a lot' } })).rejects.toMatchObject(
      { code: 'invalid_form', options: { errors: [{ path: '/amount' }] } },
    );
    await expect(decideApproval(runs(update), ID, 'gate', yes)).rejects.toMatchObject({ code: 'invalid_form' });
    expect(update).not.toHaveBeenCalled();
    expect(
      await decideApproval(runs(update), ID, 'each[1].gate', { ...yes, form: { amount: 1 }, comment: 'c' }),
    ).toEqual({ execution_id: ID, step: 'each[1].gate', approved: true });
    expect(update.mock.calls[0]?.[0]).toMatchObject({
      name: 'weir.decide',
      argument: { step: 'each[1].gate', approved: true, comment: 'c', form: { amount: 1, note: 'none' }, by: null },
    });
    expect(await decideApproval(runs(update), ID, 'gate', { approved: false, by: null })).toMatchObject({
      approved: false,
    });
  });
  test.each<[string, UpdateAnswer, string]>([
    ['none', { kind: 'ended' }, 'step_not_found'],
    ['steps/0', { kind: 'ended' }, 'step_not_found'],
    ['gate', { kind: 'ended' }, 'execution_ended'],
    ['gate', { kind: 'refused', code: 'not_open', message: '' }, 'approval_not_open'],
    ['gate', { kind: 'refused', code: 'ambiguous_step', message: 'm' }, 'ambiguous_step'],
  ])('of %s answered %j is %s', async (step, answer, code) => {
    await expect(
      decideApproval(runs(answering(answer)), ID, step, { approved: false, by: null }),
    ).rejects.toMatchObject({ code });
  });
});

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
      const page: ExecutionPage = await listExecutions({ list }, {}, { limit, cursor, now });
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
    expect(list).toHaveBeenCalledTimes(3);
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
    const page = await listExecutions({ list }, {}, { limit: 2, cursor: null, now: 10 });
    expect(page.items).toMatchObject([{ execution_id: ID, status: 'running' }]);
    for (const [filter, cursor] of [
      [{}, '!!'],
      [{}, `x${page.next}`],
      [{ flow: 'b' }, page.next],
    ] as const) {
      await expect(listExecutions({ list }, filter, { limit: 2, cursor, now: 10 })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
  });
});
