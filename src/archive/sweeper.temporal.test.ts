import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedFlow } from '../api/testdata/fake-api.ts';
import { compile } from '../dsl/index.ts';
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
const PARENT = 'flow: parent\nsteps:\n  - child: { flow: { name: greet, input: { name: Child } } }\noutput: $child\n';
const GATE = 'flow: gate\nsteps:\n  - go: { approve: { title: Go on? } }\noutput: $go.approved\n';
const LOOPER = 'flow: sleeper\nsteps:\n  - nap: { wait: 1h }\n';

const NOTHING = { adapters: new Map(), actions: {}, flows: new Map() };

let room: ArchiveRoom;
beforeAll(async () => {
  const flows = [GREET, FAILING, GATE, LOOPER].map((source) => storedFlow(source));
  const { ir, diagnostics } = compile(PARENT, { ...NOTHING, flows: new Map([['greet', ['1.0.0']]]) });
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics));
  room = await archiveRoom([...flows, { ...storedFlow(PARENT), hash: ir.hash, ir: { ...ir, version: '1.0.0' } }]);
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
/** Waits until so many ends of an execution have been counted. */
async function archived(executionId: string, ends = 1): Promise<void> {
  const sweeper = room.sweeper();
  await expect
    .poll(
      async () => {
        await sweeper.tick();
        return (await audit(executionId)).length;
      },
      { timeout: 20_000, interval: 100 },
    )
    .toBe(ends);
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
    await archived(id);
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

describe('an execution that is rolled back after its end', () => {
  const decide = async (id: string, approved: boolean): Promise<ExecutionView> => {
    const waits = async () => (await room.gateway.get(id)).waiting.length;
    await expect.poll(waits, { timeout: 20_000 }).toBe(1);
    await room.gateway.decide(id, 'go', { approved, by: 'ada' });
    const view = await room.gateway.whenEnded(id, 20_000);
    if (view === null) throw new Error('it has not ended');
    return view;
  };
  const listed = async (archivedOnly = false) => {
    const filter = { flow: 'gate', ...(archivedOnly && { archived: 'only' as const }) };
    const { items } = await room.freshGateway().list(filter, { limit: 50, cursor: null });
    return items.map((item) => [item.execution_id, item.status]);
  };

  test('shows once, with its last state, and counts once for each end', async () => {
    const { execution_id: id } = await room.gateway.start({ flow: 'gate' });
    expect(await decide(id, false)).toMatchObject({ output: false });
    await archived(id);
    await room.gateway.rollBack(id, { to: 'go' });
    await expect.poll(listed, { timeout: 20_000 }).toEqual([[id, 'waiting']]);
    const first = (await room.archive.runsOf([id])).get(id) ?? [];
    expect(await room.gateway.get(id)).toMatchObject({ status: 'waiting' });

    // What Temporal forgets in between is taken from the archive.
    await room.forget(id, first);
    const last = await decide(id, true);
    expect(last).toMatchObject({ status: 'completed', output: true });
    await archived(id, 2);
    expect(await listed()).toEqual([[id, 'completed']]);
    expect(await listed(true)).toEqual([[id, 'completed']]);
    expect((await room.archive.runsOf([id])).get(id)).toEqual([...first, expect.any(String)]);
    await room.forget(id);
    const gateway = room.freshGateway();
    expect(await gateway.get(id)).toEqual(last);
    const types: string[] = [];
    const events = await gateway.events({ executionId: id, after: null, signal: new AbortController().signal });
    for await (const event of events ?? []) types.push(event.type);
    expect(types.filter((type) => type === 'execution.completed')).toHaveLength(2);
    expect(types).toContain('execution.rolled_back');
    expect(await listed()).toEqual([[id, 'completed']]);
  });

  test('counts both ends when both are found at once', async () => {
    const { execution_id: id } = await room.gateway.start({ flow: 'gate' });
    await decide(id, false);
    await room.gateway.rollBack(id, { to: 'go' });
    const last = await decide(id, true);
    await archived(id, 2);
    expect((await room.archive.find(id))?.view).toEqual(last);
    const tick = await room.sweeper().tick();
    expect([tick, (await audit(id)).length]).toEqual([{ archived: 0, failed: 0 }, 2]);
  });
});

test('sub-flows are archived on their own', async () => {
  const view = await run('parent');
  await archived(view.execution_id);
  const child = `${view.execution_id}~`;
  const { items } = await room.gateway.list({ q: child, archived: 'only' }, { limit: 5, cursor: null });
  expect(items).toMatchObject([{ flow: 'greet', status: 'completed', execution_id: expect.stringContaining(child) }]);
  expect((await room.archive.find(items[0]?.execution_id ?? ''))?.view.parent).toMatchObject({
    execution_id: view.execution_id,
  });
});

describe('nothing is lost, and nothing counts twice', () => {
  test('when the process is killed between reading and commit', async () => {
    const { execution_id: id, status } = await run('failing');
    expect(status).toBe('failed');
    const sweeper = join(import.meta.dirname, 'testdata', 'killed-sweeper.ts');
    const { address } = room;
    const settings = { address, databaseUrl: room.databaseUrl, organisation: room.organisation, executionId: id };
    const child = spawn(process.execPath, ['--import', 'tsx', sweeper, JSON.stringify(settings)], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(await audit(id)).toEqual([]);
    expect(await room.archive.find(id)).toBeNull();
    const told: string[] = [];
    const next = room.sweeper({ leaseMs: 100, onEnded: async (_tx, end) => void told.push(end.executionId) });
    await expect.poll(async () => (await next.tick(), told), { timeout: 20_000 }).toEqual([id]);
    expect(await audit(id)).toMatchObject([{ action: 'execution.failed' }]);
  });

  test('when one of them can not be stored: the others are, and it is tried again after a restart', async () => {
    const bad = await run('greet', { name: 'bad' });
    const good = await run('greet', { name: 'good' });
    const errors: unknown[] = [];
    const sweeper = room.sweeper({
      onEnded: async (_tx, end) => {
        if (end.executionId === bad.execution_id) throw new Error('no place for it');
      },
      log: (_level, _message, { error }) => void errors.push(error),
    });
    await expect.poll(async () => (await sweeper.tick(), await audit(good.execution_id)).length).toBe(1);
    await expect.poll(async () => (await sweeper.tick()).failed).toBe(1);
    expect(errors).toHaveLength(1);
    expect(await audit(bad.execution_id)).toEqual([]);
    await archived(bad.execution_id);
  });

  test('when two sweepers work at once', async () => {
    const views = await Promise.all(Array.from({ length: 30 }, (_, i) => run('greet', { name: `n${i}` })));
    const told: string[] = [];
    const onEnded = async (_tx: unknown, end: ExecutionEnded) => void told.push(end.executionId);
    const sweepers = Array.from({ length: 2 }, () => room.sweeper({ onEnded, batch: 7 }));
    await expect
      .poll(async () => (await Promise.all(sweepers.map((one) => one.tick())), told.length), { timeout: 20_000 })
      .toBe(30);
    expect([...told].sort()).toEqual(views.map((view) => view.execution_id).sort());
    expect(
      await room.database.sql`
      select subject from audit_records where organisation = ${room.organisation} group by subject
      having count(*) > 2`,
    ).toEqual([]);
  });

  test('an idle tick asks the database nothing', async () => {
    const asked: string[] = [];
    const idle = room.sweeper({
      leaseMs: 0,
      database: new Proxy(room.database, {
        get(target, name) {
          asked.push(String(name));
          return Reflect.get(target, name);
        },
      }),
    });
    await idle.tick();
    const first = asked.length;
    for (let i = 0; i < 3; i++) expect(await idle.tick()).toEqual({ archived: 0, failed: 0 });
    expect(first).toBeGreaterThan(0);
    expect(asked.length).toBe(first);
  });
});

test('the list has every execution once, open, ended and archived, page by page', async () => {
  const tag = 'merged';
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push((await run('greet', { name: `${i}` }, [tag])).execution_id);
  for (const id of ids) await archived(id);
  for (let i = 0; i < 2; i++) ids.push((await run('failing', {}, [tag])).execution_id);
  for (let i = 0; i < 2; i++) ids.push((await room.gateway.start({ flow: 'sleeper', tags: [tag] })).execution_id);
  await room.forget(ids[1] ?? '');
  const readAll = async (limit: number, more = {}) => {
    const found: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await room.gateway.list({ tag, ...more }, { limit, cursor });
      found.push(...page.items.map((item) => item.execution_id));
      cursor = page.next;
      if (cursor === null) return found;
    }
  };
  const newestFirst = [...ids].reverse();
  await expect.poll(() => readAll(50), { timeout: 20_000 }).toEqual(newestFirst);
  for (const limit of [1, 3, 7]) expect(await readAll(limit)).toEqual(newestFirst);
  expect(await readAll(2, { status: 'completed' })).toEqual(newestFirst.slice(4));
  expect(await readAll(2, { flows: ['failing', 'sleeper'] })).toEqual(newestFirst.slice(0, 4));
  expect(await readAll(2, { archived: 'only' })).toEqual(newestFirst.slice(4));
  expect(await readAll(2, { q: ids[1]?.slice(0, 30) })).toContain(ids[1]);
  for (const id of ids.slice(6)) await room.gateway.steer(id, 'terminate');
});
