// Processes of the API are killed at bad moments, and told to stop under load. Another one is there, as in any installation.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { seeded } from '../kill/random.ts';
import { closeIntents, exportEvidence } from './evidence.ts';
import type { Installation } from './installation.ts';
import type { Room } from './room.ts';
import { type KeyedStart, keyedStart } from './keyed-start.ts';
import { startLoad, summary, type Turn } from './load.ts';
import { changeTurn, startTurn } from './mixed-turn.ts';
import { tally, type TemporalTruth } from './temporal-truth.ts';

const KILLS = 3;
const LANES = 6;
const SEED = Number(process.env['WEIR_SEED'] ?? 20_261_121);
const SOON = { timeout: 20_000, interval: 100 };
const KEYED = 'flow: keyed\nsteps:\n  - set: { n: 1 }\n';
const SLOW = 'flow: slow\nsteps:\n  - pause: { wait: 2s }\n';
const TOLD = `
flow: told
trigger:
  - { event: faults.happened }
  - { webhook: faults, verify: none }
steps:
  - set: { n: 1 }
`;

let all: Installation;
let truth: TemporalTruth;
/** A superuser's. */
let owner: Database;
async function prepare(): Promise<void> {
  owner = openDatabase({ url: all.databaseUrl, max: 2, role: null });
  for (const source of [KEYED, SLOW, TOLD]) expect((await all.ask(0, 'POST', '/flows', source)).status).toBe(201);
  expect((await all.ask(0, 'PUT', '/flows/told/deployments/dev', { version: '*' })).status).toBe(200);
}

/** Kills a process of the API. Gives what starts another one in its place. */
async function killApi(n: number): Promise<() => Promise<void>> {
  const port = Number(new URL(all.apis[n]?.url ?? '').port);
  await all.apis[n]?.end('SIGKILL');
  return async () => {
    all.apis[n] = await all.startApi(port);
    expect(all.apis[n]?.log()).not.toContain('owner token');
  };
}
/** Nobody else reads or writes versions of flows until it is released. */
async function lockTable(): Promise<{ readonly release: () => Promise<void> }> {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let over: Promise<unknown> = Promise.resolve();
  await new Promise<void>((locked, failed) => {
    over = owner.sql.begin(async (tx) => {
      await tx`lock table flow_versions in access exclusive mode`;
      locked();
      await opened;
    });
    over.catch(failed);
  });
  return {
    async release() {
      open();
      await over;
    },
  };
}
const ended = async (flow: string): Promise<void> => {
  const statuses = async () => Object.keys(tally(await truth.endsOf(flow)));
  await expect.poll(statuses, { timeout: 60_000, interval: 250 }).toEqual(['COMPLETED']);
};

/** Tests on an installation that other tests use before and after. */
export function processKills(open: () => Room): void {
  beforeAll(async () => {
    ({ all, truth } = open());
    await prepare();
  });
  afterAll(() => owner?.close());

  test('killed under load: with an idempotency key, each start is made once', { timeout: 180_000 }, async () => {
    const random = seeded(SEED);
    const execute = (api: number, body: unknown) => (key: string) =>
      all.ask(api, 'POST', '/flows/keyed/execute', body, { 'idempotency-key': key });
    const servers = [0, 1].map((api) => execute(api, { input: { n: 1 } }));
    const starts: KeyedStart[] = [];
    const turn: Turn = async (n) => {
      const key = `key-${n}`;
      // Every fifth is sent to both at once.
      const asking = n % 5 === 0 ? [0, 1] : [n % 2];
      starts.push(...(await Promise.all(asking.map((first) => keyedStart(key, servers, first)))));
    };
    const running = startLoad(Array.from({ length: LANES }, () => turn));
    let restarted: Promise<void> = Promise.resolve();
    for (let kill = 0; kill < KILLS; kill++) {
      const before = starts.length;
      await expect.poll(() => starts.length, SOON).toBeGreaterThan(before + LANES);
      await sleep(random() * 300); // the random moment
      // The other one must be there when the next is killed.
      await restarted;
      restarted = (await killApi(kill % 2))();
    }
    await running.stop();

    const hit = starts.filter(({ before }) => before.length > 0);
    console.log(`killed ${KILLS} times (seed ${SEED}):`, starts.length, 'answers;', hit.length, 'asked again after', [
      ...new Set(hit.flatMap(({ before }) => before)),
    ]);
    const idOf = new Map(starts.map(({ key, executionId }) => [key, executionId]));
    expect(idOf.size).toBeGreaterThan(40);
    expect(hit.length).toBeGreaterThanOrEqual(KILLS);
    for (const { key, executionId } of starts) expect([key, executionId]).toEqual([key, idOf.get(key)]);
    await Promise.all([ended('keyed'), restarted]);
    expect((await truth.endsOf('keyed')).map(({ id }) => id).sort()).toEqual([...idOf.values()].sort());
    for (const key of ['key-0', 'key-7', starts.at(-1)?.key ?? ''])
      for (const api of [0, 1]) {
        expect((await execute(api, { input: { n: 1 } })(key)).body.execution_id).toBe(idOf.get(key));
        const other = await execute(api, { input: { n: 2 } })(key);
        expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
      }
  });

  test('the evidence of it is whole: every intent has one outcome, every execution one success', {
    timeout: 60_000,
  }, async () => {
    await closeIntents(all);
    const url = all.apis[0]?.url ?? '';
    const { program, token, folder } = all;
    const { records, outcomes } = await exportEvidence({ program: program.path, url, token, folder });
    expect([...outcomes.values()].filter((ends) => ends.length !== 1)).toEqual([]);
    const ids = (await truth.endsOf('keyed')).map(({ id }) => id);
    const told = records.filter(({ subject }) => ids.includes(subject.id));
    // What the killed ones could not tell any more was found out.
    expect(told.filter(({ details }) => details['reconciled'] === true).length).toBeGreaterThan(0);
    const successes = told.filter(({ action, outcome }) => action === 'execution.start' && outcome === 'success');
    expect(successes.map(({ subject }) => subject.id).sort()).toEqual(ids.sort());
  });

  test('killed between the commit of an event and its delivery: another one delivers it, once', {
    timeout: 90_000,
  }, async () => {
    const event = { specversion: '1.0', type: 'faults.happened', source: 'faults', id: 'e1', data: {} };
    const [json, delivery] = [{ 'content-type': 'application/cloudevents+json' }, { 'webhook-id': 'w1' }];
    const send = (api: number) => all.ask(api, 'POST', '/events', event, json);
    const call = (api: number) => all.ask(api, 'POST', '/webhooks/faults', {}, delivery);
    // What delivery looks at is kept from it; what is stored before is not.
    const lock = await lockTable();
    const lost = Promise.allSettled([send(0), call(0)]);
    const stored = async () =>
      (await owner.sql`select kind, processed_at from events where processed_at is null order by kind`).map((row) => [
        row['kind'],
        row['processed_at'],
      ]);
    await expect.poll(stored, SOON).toEqual([
      ['event', null],
      ['webhook', null],
    ]);
    const restart = await killApi(0);
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await lock.release();
    expect(await truth.endsOf('told')).toEqual([]);

    // The sender did not hear, and sends again: it is known, and not delivered beside the one that may still be at it.
    for (const again of [await send(1), await call(1)]) expect(again.status).toBe(202);
    expect(await truth.endsOf('told')).toEqual([]);
    // Nobody is at it any more when the lease has run out.
    await owner.sql`update events set next_attempt_at = now() where processed_at is null`;
    await owner.sql`select pg_notify('weir_events', '')`;
    await expect.poll(stored, SOON).toEqual([]);
    await restart();
    for (const api of [0, 1]) for (const again of [await send(api), await call(api)]) expect(again.status).toBe(202);
    await ended('told');
    const { body } = await all.ask(1, 'GET', '/events?limit=200');
    // The flow of another test tells events too.
    const entries = body.items.filter(({ type }: { type: string }) => type !== 'faults.told' && type !== 'flow.ended');
    expect(
      entries.map(({ kind, started }: { kind: string; started: string[] }) => [kind, started.length]).sort(),
    ).toEqual([
      ['event', 1],
      ['webhook', 1],
    ]);
    expect(await truth.endsOf('told')).toHaveLength(2);
  });

  test('told to stop under load: who was let in is answered', { timeout: 90_000 }, async () => {
    const [api, worker] = [all.apis[0], all.worker];
    const one = (_: number, method: string, path: string, body?: unknown) => all.ask(0, method, path, body);
    const [start, change] = [startTurn(one, 'keyed'), changeTurn(one, 'stopping')];
    const running = startLoad([start, start, start, change, change, change]);
    // These are under way when the signal comes.
    const waiting = Array.from({ length: 4 }, () => all.ask(0, 'POST', '/flows/slow/execute?wait=10s', { input: {} }));
    await expect.poll(() => running.asked.length, SOON).toBeGreaterThan(20);
    await expect.poll(async () => (await truth.endsOf('slow')).length, SOON).toBe(4);

    const signalledAt = performance.now();
    const codes = [api?.end('SIGTERM'), worker?.end('SIGTERM')];
    expect(await codes[0]).toBe(0);
    await running.stop();
    const letIn = running.asked.filter(({ sentAt, answer }) => sentAt < signalledAt || answer !== null);
    console.log(
      'stopped under load:',
      summary(letIn),
      'after it:',
      summary(running.asked.filter((one) => !letIn.includes(one))),
    );
    for (const { kind, answer, reason } of letIn)
      expect([kind, reason, (answer?.status ?? 0) < 300 || answer?.status === 503]).toEqual([kind, null, true]);
    for (const { status } of await Promise.all(waiting)) expect([200, 202]).toContain(status);
    expect(await codes[1]).toBe(0);
    // What was accepted is not lost with those who accepted it.
    all.worker = await all.startWorker();
    await ended('slow');
    await ended('keyed');
  });
}
