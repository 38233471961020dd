import { describe, expect, test, vi } from 'vitest';
import { Problem } from '../problems/problem.ts';
import type { Runs, UpdateAnswer } from './runs.ts';
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
