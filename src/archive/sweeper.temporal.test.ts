import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedFlow } from '../api/testdata/fake-api.ts';
import type { ExecutionView } from '../executions/view.ts';
import type { ExecutionEnded } from './store-ended.ts';
import type { Sweep, Sweeper } from './sweeper.ts';
import { type ArchiveRoom, archiveRoom } from './testdata/archive-room.ts';

const GREET = `
flow: greet
category: talk
inputs: { name: { type: string } }
steps:
  - hello: { set: { greeting: "\${ 'Hello ' + $input.name }" } }
  - nap: { wait: 1ms }
output: $vars.greeting
`;
const FAILING = 'flow: failing\nsteps:\n  - no: { fail: { code: broken, message: It is broken } }\n';
const PARENT = 'flow: parent\nsteps:\n  - child: { flow: greet, input: { name: Child } }\noutput: $child\n';
const GATE = 'flow: gate\nsteps:\n  - go: { approve: { title: Go on? } }\noutput: $go.approved\n';
const LOOPER = 'flow: sleeper\nsteps:\n  - nap: { wait: 1h }\n';

let room: ArchiveRoom;
beforeAll(async () => {
  room = await archiveRoom([GREET, FAILING, PARENT, GATE, LOOPER].map((source) => storedFlow(source)));
});
afterAll(() => room.close());

/** Ticks until so many ends have been archived: visibility is late. */
async function sweep(sweeper: Sweeper, count: number): Promise<Sweep> {
  const total = { archived: 0, failed: 0 };
  for (const until = Date.now() + 20_000; total.archived < count && Date.now() < until; ) {
    const { archived, failed } = await sweeper.tick();
    total.archived += archived;
    total.failed = failed;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return total;
}
async function run(flow: string, input: Record<string, string> = {}, tags: string[] = []): Promise<ExecutionView> {
  const { execution_id } = await room.gateway.start({ flow, input, tags });
  const view = await room.gateway.whenEnded(execution_id, 20_000);
  if (view === null) throw new Error('it has not ended');
  return view;
}
const audit = (executionId: string) => room.database.sql<{ action: string; body: string }[]>`
  select action, body from audit_records where organisation = ${room.organisation} and subject = ${executionId} order by seq`;

describe('an ended execution', () => {
  test('reads the same after Temporal has forgotten it, counted once by its run', async () => {
    const ended: ExecutionEnded[] = [];
    const view = await run('greet', { name: 'Ada' }, ['t']);
    const id = view.execution_id;
    const state = await room.gateway.state(id, 'hello', 'at');
    const sweeper = room.sweeper({ onEnded: async (_tx, end) => void ended.push(end) });
    expect(await sweep(sweeper, 1)).toEqual({ archived: 1, failed: 0 });
    expect(await sweeper.tick()).toEqual({ archived: 0, failed: 0 });
    expect(await room.sweeper().tick()).toEqual({ archived: 0, failed: 0 });
    expect(ended).toMatchObject([
      { organisation: room.organisation, executionId: id, flow: 'greet', status: 'completed', output: 'Hello Ada' },
    ]);

    await room.forget(id);
    const gateway = room.freshGateway();
    expect(await gateway.get(id)).toEqual(view);
    expect(view).toMatchObject({ status: 'completed', output: 'Hello Ada' });
    expect(await gateway.state(id, 'hello', 'at')).toEqual(state);
    expect(await gateway.flowOf(id)).toBe('greet');
    const events = await gateway.events({ executionId: id, after: null, signal: new AbortController().signal });
    const types: string[] = [];
    for await (const event of events ?? []) types.push(event.type);
    expect(types).toEqual(expect.arrayContaining(['execution.started', 'step.completed', 'execution.completed']));
    await expect(gateway.rollBack(id, { to: 'nap' })).rejects.toMatchObject({ code: 'rollback_refused' });
    for (const operation of ['cancel', 'terminate', 'pause'] as const)
      await expect(gateway.steer(id, operation)).rejects.toMatchObject({ code: 'execution_ended' });
    const again = await gateway.rerun(id, { from: 'nap' });
    expect(await gateway.whenEnded(again.execution_id, 20_000)).toMatchObject({
      output: 'Hello Ada',
      origin: { execution_id: id, from: 'nap' },
    });
    expect(await audit(id)).toMatchObject([{ action: 'execution.completed' }]);
    expect(JSON.parse((await audit(id))[0]?.body ?? '')).toMatchObject({
      actor: { id: 'system:sweeper' },
      subject: { type: 'execution', id },
      details: { flow: 'greet', version: '1.0.0', steps: 2, history_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('keeps the answer to its idempotency key', async () => {
    const request = { flow: 'greet', input: { name: 'Key' }, idempotencyKey: 'once' };
    const { execution_id: id } = await room.gateway.start(request);
    await room.gateway.whenEnded(id, 20_000);
    await sweep(room.sweeper(), 1);
    await room.forget(id);
    expect(await room.freshGateway().start(request)).toMatchObject({ execution_id: id });
    await expect(room.freshGateway().start({ ...request, input: { name: 'Other' } })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
  });

  test('of another organisation is not there', async () => {
    const { createArchive } = await import('./archive.ts');
    const foreign = createArchive({ database: room.database })('default');
    const [row] = await room.database.sql<{ execution_id: string; runs: string[] }[]>`
      select execution_id, runs from archived_executions limit 1`;
    expect(await foreign.find(row?.execution_id ?? '')).toBeNull();
    expect(await foreign.history(row?.execution_id ?? '', row?.runs[0] ?? '')).toBeNull();
    expect(await foreign.page({}, { limit: 10, after: null })).toEqual([]);
  });
});
