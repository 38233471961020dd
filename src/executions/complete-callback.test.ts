import { expect, test, vi } from 'vitest';
import { signCallback, verifyCallback } from '../activities/callback-token.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import { compile } from '../dsl/index.ts';
import { Problem } from '../problems/problem.ts';
import { type CallbackDeps, completeCallback } from './complete-callback.ts';
import type { UpdateAnswer } from './runs.ts';
import { fakeRuns, ID, inputOf } from './testdata/fake-runs.ts';

const KEY = 'k'.repeat(32);
const CRM: AdapterManifest = {
  name: 'crm',
  version: '1.0.0',
  hash: 'h',
  actions: {
    order: {
      idempotency: 'none',
      completion: 'callback',
      callback_schema: {
        type: 'object',
        required: ['number'],
        properties: { number: { type: 'integer' }, unit: { type: 'string', default: 'kg' } },
      },
    },
  },
};
const { ir: FLOW } = compile('flow: a\nsteps:\n  - job: { adapter: crm, action: order }\n', {
  adapters: new Map([['crm', CRM]]),
  actions: {},
  flows: new Map(),
});
const CLAIM = { execution: ID, step: 'job', nonce: 'n1', expiresAt: 1_000 };
const TOKEN = signCallback(CLAIM, KEY);
const ACCEPTED = { accepted: true, execution_id: ID, step: 'job' };

function deps(options: { answer?: UpdateAnswer | Problem; used?: string[]; now?: number; known?: boolean } = {}) {
  const { answer = { kind: 'done', result: { accepted: true } }, used = [], now = 0, known = true } = options;
  const unknown = new Problem('execution_not_found', 'gone');
  const update = vi.fn(async () => {
    if (answer instanceof Problem) throw answer;
    return answer;
  });
  if (FLOW === undefined) throw new Error('the flow has errors');
  const input = inputOf(FLOW);
  const all: CallbackDeps = {
    runs: fakeRuns({ update, input: async () => (known ? input : Promise.reject(unknown)) }),
    // Only the memo is asked for.
    reader: {
      load: async () =>
        known
          ? ({ reader: { memo: () => ({ used }) } } as unknown as Awaited<ReturnType<CallbackDeps['reader']['load']>>)
          : Promise.reject(unknown),
    },
    verify: (token) => verifyCallback(token, KEY, now),
    adapters: async () => new Map([['crm', CRM]]),
  };
  return { all, update };
}

test('a payload that fits completes the step, with defaults, under an id made of the token', async () => {
  const { all, update } = deps();
  expect(await completeCallback(all, TOKEN, { number: 1 })).toEqual(ACCEPTED);
  expect(await completeCallback(all, TOKEN, { number: 1 })).toEqual(ACCEPTED);
  expect(update.mock.calls[0]).toEqual([
    {
      executionId: ID,
      name: 'weir.callback',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      argument: { step: 'job', nonce: 'n1', payload: { number: 1, unit: 'kg' } },
    },
  ]);
  expect(update.mock.calls[1]).toEqual(update.mock.calls[0]);
});

test('a payload that does not fit is refused before anything is sent; after the step was completed it is a repeat', async () => {
  const { all, update } = deps();
  await expect(completeCallback(all, TOKEN, { number: 'x' })).rejects.toMatchObject({
    code: 'invalid_payload',
    options: { errors: [{ path: '/number' }] },
  });
  expect(update).not.toHaveBeenCalled();
  expect(await completeCallback(deps({ used: ['job#n1'] }).all, TOKEN, { number: 'x' })).toEqual(ACCEPTED);
});

test.each(['', 'x', 'a.b', `${TOKEN}x`, TOKEN.slice(1), `${signCallback(CLAIM, 'x'.repeat(32))}`])(
  'token %j is forged',
  async (token) => {
    await expect(completeCallback(deps().all, token, {})).rejects.toMatchObject({ code: 'invalid_callback_token' });
  },
);

test('expired is gone, unless it was used in time', async () => {
  await expect(completeCallback(deps({ now: 1_001 }).all, TOKEN, { number: 1 })).rejects.toMatchObject({
    code: 'callback_gone',
  });
  expect(await completeCallback(deps({ now: 1_001, used: ['job#n1'] }).all, TOKEN, { number: 1 })).toEqual(ACCEPTED);
});

test.each<UpdateAnswer>([{ kind: 'ended' }, { kind: 'refused', code: 'callback_gone', message: '' }])(
  'answered %j it is gone, unless it was used in an earlier run',
  async (answer) => {
    await expect(completeCallback(deps({ answer }).all, TOKEN, { number: 1 })).rejects.toMatchObject({
      code: 'callback_gone',
    });
    await expect(
      completeCallback(deps({ answer, used: ['job#other'] }).all, TOKEN, { number: 1 }),
    ).rejects.toMatchObject({ code: 'callback_gone' });
    expect(await completeCallback(deps({ answer, used: ['job#n1'] }).all, TOKEN, { number: 1 })).toEqual(ACCEPTED);
  },
);

test('an execution that is gone, and a worker that does not answer', async () => {
  await expect(completeCallback(deps({ known: false }).all, TOKEN, { number: 1 })).rejects.toMatchObject({
    code: 'callback_gone',
  });
  await expect(
    completeCallback(deps({ answer: new Problem('no_worker', '') }).all, TOKEN, { number: 1 }),
  ).rejects.toMatchObject({ code: 'no_worker' });
});
