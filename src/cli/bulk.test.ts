import { describe, expect, test } from 'vitest';
import { type FakeOptions, weir } from './testing/fake-io.ts';
import { answer, type Handler } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;
const bodies = (): unknown[] =>
  (room.server?.requests ?? []).map((request) => (request.body === '' ? null : JSON.parse(request.body)));

describe('in bulk', () => {
  const counted: Handler = (request, response) => {
    const { dry_run: dryRun, expected } = JSON.parse(request.body) as { dry_run?: boolean; expected?: number };
    if (dryRun === true)
      return answer(response, { operation: 'cancel', dry_run: true, count: 3, sample: ['e1', 'e2'] });
    return answer(response, {
      operation: 'cancel',
      dry_run: false,
      count: expected,
      done: 2,
      failed: 1,
      results: [{ execution_id: 'e3', outcome: 'failed', code: 'execution_ended', detail: 'It has ended.' }],
    });
  };
  test.each<[string, readonly string[], FakeOptions, number, number]>([
    ['nobody can be asked', [], {}, 10, 1],
    ['the answer is no', [], { prompter: { secret: async () => null, confirm: async () => false } }, 10, 1],
    ['it is broken off', [], { prompter: { secret: async () => null, confirm: async () => null } }, 130, 1],
    ['--dry-run', ['--dry-run'], {}, 0, 1],
    ['another number was expected', ['--yes', '--expect', '4'], {}, 9, 1],
    ['--yes, and one fails', ['--yes', '--expect', '3'], {}, 1, 2],
  ])('when %s', async (_, argv, given, code, requests) => {
    const options = await serve({ 'POST /executions/bulk': counted });
    const run = await weir(['executions', 'cancel', '--flow', 'pay', '--since', '1h', ...argv], {
      ...options,
      ...given,
    });
    expect(run.code).toBe(code);
    expect(room.server?.requests).toHaveLength(requests);
    expect(bodies()[0]).toMatchObject({
      operation: 'cancel',
      dry_run: true,
      filter: { flow: 'pay', since: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    if (requests === 2) {
      expect(bodies()[1]).toMatchObject({ expected: 3, filter: (bodies()[0] as { filter: unknown }).filter });
      expect(run.stdout).toContain('✗ e3 execution_ended: It has ended.\n✗ cancel: 2 done, 1 failed.');
    }
  });
});
