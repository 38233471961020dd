import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeStore, storedFlow } from '../api/testdata/fake-api.ts';
import { type ArchiveRoom, archiveRoom } from '../archive/testdata/archive-room.ts';
import type { Principal } from '../auth/principal.ts';
import { openApprovals } from './approvals.ts';
import { findBulk, runBulk } from './bulk.ts';

const GATE = `
flow: gate
steps:
  - both:
      parallel:
        - { finance: { approve: { title: Pay?, to: [role:operator, ada@example.com], timeout: 1h, form: { type: object } } } }
        - { anyone: { approve: { title: Ship? } } }
output: { by: $finance.by }
`;
const FLOWS = [GATE, 'flow: sleeper\nsteps:\n  - nap: { wait: 1h }\n', 'flow: quick\nsteps:\n  - set: { a: 1 }\n'].map(
  (source) => storedFlow(source),
);

let room: ArchiveRoom;
beforeAll(async () => {
  room = await archiveRoom(FLOWS);
});
afterAll(() => room.close());

const person = (name: string, more: Partial<Principal> = {}): Principal => ({
  kind: 'user',
  id: `user:${name}`,
  name,
  organisation: room.organisation,
  grants: [{ role: 'viewer', on: { kind: 'all' } }],
  aliases: [`${name}@example.com`],
  ...more,
});

test('open approvals are found for whom they are, and say who may decide until when', async () => {
  const { execution_id: id } = await room.gateway.start({ flow: 'gate' });
  await room.gateway.start({ flow: 'sleeper' });
  const deps = { executions: room.gateway, flows: fakeStore(FLOWS) };
  const stepsFor = async (who: Principal) => (await openApprovals(deps, who, undefined)).map(({ step }) => step).sort();
  await expect.poll(() => stepsFor(person('ada')), { timeout: 20_000 }).toEqual(['anyone', 'finance']);
  expect(await stepsFor(person('bob'))).toEqual(['anyone']);
  expect(
    await stepsFor(person('bob', { grants: [{ role: 'operator', on: { kind: 'flow', flow: 'gate' } }] })),
  ).toHaveLength(2);
  expect(await openApprovals(deps, person('ada'), ['sleeper'])).toEqual([]);
  const { why, waiting } = await room.gateway.get(id);
  expect(waiting).toMatchObject([{ approval: { to: ['role:operator', 'ada@example.com'] } }, { approval: { to: [] } }]);
  expect(why).toMatch(
    /Step finance waits for a decision by role:operator or ada@example.com: Pay\?, since .*, until .*\. Step anyone/,
  );
  await room.gateway.decide(id, 'finance', { approved: true, form: {}, by: 'Ada', byId: 'user:ada' });
  await room.gateway.decide(id, 'anyone', { approved: true, by: 'Bob' });
  expect(await room.gateway.whenEnded(id, 20_000)).toMatchObject({ output: { by: 'Ada' } });
});

describe('in bulk', () => {
  test('what is open is cancelled, what has ended is re-run; nothing else is touched', async () => {
    const tags = ['bulk'];
    const ended = (await room.gateway.start({ flow: 'quick', tags })).execution_id;
    expect(await room.gateway.whenEnded(ended, 20_000)).not.toBeNull();
    const open = await Promise.all([1, 2, 3].map(() => room.gateway.start({ flow: 'sleeper', tags })));
    const ids = open.map((one) => one.execution_id).sort();
    const found = (operation: 'cancel' | 'rerun') => findBulk(room.gateway, operation, { tag: 'bulk' });
    await expect.poll(async () => [...(await found('cancel'))].sort(), { timeout: 20_000 }).toEqual(ids);
    await expect.poll(() => found('rerun'), { timeout: 20_000 }).toEqual([ended]);
    const results = await runBulk(room.gateway, 'cancel', await found('cancel'));
    expect(results.map((one) => one.outcome)).toEqual(['done', 'done', 'done']);
    for (const id of ids) expect(await room.gateway.whenEnded(id, 20_000)).toMatchObject({ status: 'cancelled' });
    const [rerun] = await runBulk(room.gateway, 'rerun', [ended]);
    expect(rerun).toMatchObject({ outcome: 'done', started: expect.any(String) });
  });
});

test('an execution of another organisation is not there, whatever is asked of it, archived or not', async () => {
  const own = (await room.gateway.start({ flow: 'quick' })).execution_id;
  await room.gateway.whenEnded(own, 20_000);
  const waiting = (await room.gateway.start({ flow: 'gate' })).execution_id;
  const sweeper = room.sweeper();
  await expect.poll(async () => (await sweeper.tick(), room.archive.find(own)), { timeout: 20_000 }).not.toBeNull();
  await room.forget(own);
  const foreign = room.freshGateway({ organisation: 'default' });
  const { signal } = new AbortController();
  for (const id of [own, waiting]) {
    const asked = [
      () => foreign.get(id),
      () => foreign.state(id, 'finance', 'before'),
      () => foreign.events({ executionId: id, after: null, signal }),
      ...(['cancel', 'terminate', 'pause', 'resume'] as const).map((one) => () => foreign.steer(id, one)),
      () => foreign.signal(id, { type: 't', data: null }),
      () => foreign.decide(id, 'finance', { approved: true, by: 'eve' }),
      () => foreign.rollBack(id, { to: 'finance' }),
      () => foreign.rerun(id, {}),
    ];
    for (const ask of asked) await expect(ask(), String(ask)).rejects.toMatchObject({ code: 'execution_not_found' });
    expect(await foreign.flowOf(id)).toBeNull();
    expect(await foreign.whenEnded(id, 100)).toBeNull();
  }
  expect((await foreign.list({ q: own }, { limit: 10, cursor: null })).items).toEqual([]);
  expect(await room.freshGateway().flowOf(own)).toBe('quick');
  await room.gateway.steer(waiting, 'terminate');
});

test('an execution that no worker takes says so', async () => {
  const gateway = room.freshGateway({ taskQueue: `nobody-${process.pid}` });
  const { execution_id: id } = await gateway.start({ flow: 'quick' });
  await expect
    .poll(async () => (await gateway.get(id)).why, { timeout: 20_000 })
    .toBe(`No worker polls the task queue nobody-${process.pid}: start one, and it goes on.`);
  await gateway.steer(id, 'terminate');
});
