// Temporal, then PostgreSQL, go away under two APIs and a worker that are at work, and come back. Nobody restarts anything.
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { closeIntents, exportEvidence } from './evidence.ts';
import type { Installation } from './installation.ts';
import type { Room } from './room.ts';
import { accepted, type Asked, type Load, startLoad, summary } from './load.ts';
import { changeTurn, startTurn } from './mixed-turn.ts';
import { tally, type TemporalTruth } from './temporal-truth.ts';

/** 30 for the long form. */
const AWAY_MS = 1_000 * Number(process.env['WEIR_FAULT_SECONDS'] ?? 6);
/** What is asked while something is away has its answer by then. */
const ANSWER_MS = 10_000;
const RECOVERED = { timeout: 20_000, interval: 100 };
/** In the middle of it the worker needs PostgreSQL: for an event, and for a flow that is named by a value. */
const LASTING = `
flow: lasting
inputs:
  n: { type: integer }
steps:
  - pause: { wait: 2s }
  - told: { emit: { type: faults.told, data: { n: $input.n } } }
  - sub: { flow: { name: "\${ 'called' }", input: {} } }
output: $input.n
`;
const CALLED = 'flow: called\nsteps:\n  - set: { n: 1 }\n';
const CACHED = 'flow: cached\nsteps:\n  - set: { n: VERSION }\noutput: $vars.n\n';

let all: Installation;
let truth: TemporalTruth;
async function prepare(): Promise<void> {
  for (const source of [CALLED, LASTING, CACHED.replace('VERSION', '1')])
    expect((await all.ask(0, 'POST', '/flows', source)).status).toBe(201);
}

/** `flow` is started all the time, and other things are done. `n % 2`: every other question goes to the other API. */
function load(flow: string): Load {
  const asking = (n: number, ...question: [string, string, unknown?]) => all.ask(n % 2, ...question);
  const [start, change] = [startTurn(asking, flow), changeTurn(asking, `beside-${flow}`)];
  return startLoad([start, start, start, change, change, change, change]);
}
const until = async (running: Load, kind: string, count: number): Promise<void> => {
  await expect.poll(() => accepted(running.asked, kind).length, RECOVERED).toBeGreaterThanOrEqual(count);
};
/** Asked and answered within the time. */
const within = (asked: readonly Asked[], from: number, to: number): readonly Asked[] =>
  asked.filter(({ sentAt, endedAt }) => sentAt >= from && endedAt <= to);

/** Refused as told to, in time. */
function expectRefused(asked: readonly Asked[], code: string): void {
  for (const { kind, answer, endedAt, sentAt } of asked) {
    expect([kind, answer?.status, answer?.body.code]).toEqual([kind, 503, code]);
    expect(Number(answer?.headers['retry-after'])).toBeGreaterThan(0);
    expect(endedAt - sentAt).toBeLessThan(ANSWER_MS);
  }
}
async function expectMissing(what: string): Promise<void> {
  for (const api of [0, 1]) {
    expect((await all.ask(api, 'GET', '/healthz')).status).toBe(200);
    await expect
      .poll(async () => {
        const { status, body } = await all.ask(api, 'GET', '/readyz');
        return [status, body.missing];
      }, RECOVERED)
      .toEqual([503, [expect.stringContaining(what)]]);
  }
}
async function expectReady(): Promise<void> {
  for (const api of [0, 1])
    await expect.poll(async () => (await all.ask(api, 'GET', '/readyz')).body.missing, RECOVERED).toEqual([]);
  expect([...all.apis, all.worker].map((part) => part?.hasEnded())).toEqual([false, false, false]);
}
/** What was answered 2xx is there. */
async function expectKept(asked: readonly Asked[]): Promise<void> {
  const lost: string[] = [];
  const look = (kind: string, isThere: (about: string, answer: Asked['answer']) => Promise<boolean>) =>
    accepted(asked, kind).map(async ({ about, answer }) => {
      if (!(await isThere(about, answer))) lost.push(`${kind} ${about}`);
    });
  await Promise.all([
    ...look('push', async (flow) => (await all.ask(0, 'GET', `/flows/${flow}`)).status === 200),
    ...look('deploy', async (flow) => {
      const { body } = await all.ask(1, 'GET', `/flows/${flow}/deployments/dev`);
      return body.current?.versions[0]?.version === '1.0.0';
    }),
    ...look('token', async (_, answer) => {
      const headers = { authorization: `Bearer ${answer?.body.secret}` };
      return (await all.ask(0, 'GET', '/me', undefined, headers)).status === 200;
    }),
  ]);
  expect(lost).toEqual([]);
}
/** Every start that was accepted has come to one end, a good one; so has each whose answer was lost. */
async function expectEnds(flow: string, asked: readonly Asked[]): Promise<void> {
  await expect
    .poll(async () => Object.keys(tally(await truth.endsOf(flow))), { timeout: 60_000, interval: 500 })
    .toEqual(['COMPLETED']);
  const ends = await truth.endsOf(flow);
  const ids = ends.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const started = accepted(asked, 'start').map(({ answer }) => String(answer?.body.execution_id));
  expect(new Set(started).size).toBe(started.length);
  expect(started.filter((id) => !ids.includes(id))).toEqual([]);
}

/** Tests on an installation that other tests use before and after. */
export function storesAway(open: () => Room): void {
  beforeAll(async () => {
    ({ all, truth } = open());
    await prepare();
  });

  test('Temporal is killed, and started again on its file', { timeout: 150_000 + AWAY_MS }, async () => {
    const running = load('called');
    await until(running, 'start', 5);

    await all.killTemporal();
    const downAt = performance.now();
    await expectMissing('Temporal does not answer');
    const refusedStarts = () => within(running.asked, downAt, performance.now()).filter(({ kind }) => kind === 'start');
    await expect.poll(() => refusedStarts().length, RECOVERED).toBeGreaterThanOrEqual(3);
    await sleep(Math.max(0, AWAY_MS - (performance.now() - downAt))); // the fault itself
    const upAt = performance.now();
    await all.startTemporal();
    await expectReady();
    const startedBefore = accepted(running.asked, 'start').length;
    await until(running, 'start', startedBefore + 5);
    await running.stop();

    const { asked } = running;
    const meanwhile = within(asked, downAt, upAt);
    console.log('Temporal away:', summary(asked), 'meanwhile:', summary(meanwhile));
    const refused = meanwhile.filter(({ kind }) => kind === 'start');
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expectRefused(refused, 'temporal_unavailable');
    const others = meanwhile.filter(({ kind }) => kind !== 'start');
    expect(Object.keys(summary(others)).sort()).toEqual([
      'deploy 200',
      'push 201',
      'read audit 200',
      'read flows 200',
      'token 201',
    ]);
    for (const { sentAt, endedAt } of others) expect(endedAt - sentAt).toBeLessThan(ANSWER_MS);
    expect(Object.keys(summary(asked)).filter((one) => !/ (20[0-2]|503)$/.test(one))).toEqual([]);
    await expectKept(asked);
    await expectEnds('called', asked);
  });

  test('PostgreSQL is away for a while', { timeout: 150_000 + AWAY_MS }, async () => {
    const version = async (api: number): Promise<string> =>
      (await all.ask(api, 'POST', '/flows/cached/execute', { input: {} })).body.version;
    expect([await version(0), await version(1)]).toEqual(['1.0.0', '1.0.0']); // both have it in their caches
    const running = load('lasting');
    await until(running, 'start', 5);
    await until(running, 'deploy', 2);
    await until(running, 'token', 2);

    await all.stopPostgres();
    const [downAt, startedBefore] = [performance.now(), accepted(running.asked, 'start').length];
    await expectMissing('PostgreSQL does not answer');
    await sleep(Math.max(0, AWAY_MS - (performance.now() - downAt))); // the fault itself
    const upAt = performance.now();
    await all.startPostgres();
    await expectReady();
    // Through one API, and the other one knows.
    const next = (await all.ask(0, 'PUT', '/flows/cached', CACHED.replace('VERSION', '2'))).body.version;
    expect((await all.ask(0, 'PUT', '/flows/cached/deployments/dev', { version: '1.0.0' })).status).toBe(200);
    expect((await all.ask(1, 'PUT', '/flows/cached/deployments/dev', { version: next })).status).toBe(200);
    await expect.poll(() => version(0), { timeout: 2_000, interval: 20 }).toBe(next);
    await until(running, 'start', startedBefore + 5);
    await running.stop();

    const { asked } = running;
    console.log('PostgreSQL away:', summary(asked), 'meanwhile:', summary(within(asked, downAt, upAt)));
    const refused = within(asked, downAt, upAt);
    expect(refused.length).toBeGreaterThan(25);
    expect(new Set(refused.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(5);
    expectRefused(refused, 'store_unavailable');
    // At the edges too there is an answer, and no other than these.
    expect(Object.keys(summary(asked)).filter((one) => !/ (20[0-2]|503)$/.test(one))).toEqual([]);
    expect(startedBefore).toBeGreaterThanOrEqual(5);
    await expectKept(asked);
    await expectEnds('lasting', asked);
    // Some were on their way all the time, and waited for what they needed.
    const [from, to] = [performance.timeOrigin + downAt, performance.timeOrigin + upAt];
    const outlasting = (await truth.endsOf('lasting')).filter(
      ({ startedAt, endedAt }) => startedAt < from && endedAt !== null && endedAt > to,
    );
    expect(outlasting.length).toBeGreaterThanOrEqual(3);
  });

  test('afterwards the evidence is whole, and says what is true', { timeout: 60_000 }, async () => {
    expect(
      await closeIntents({ databaseUrl: all.databaseUrl, temporalAddress: all.temporalAddress, lateMs: 20_000 }),
    ).toBeGreaterThan(0);
    const url = all.apis[1]?.url ?? '';
    const { records, outcomes } = await exportEvidence({
      program: all.program.path,
      url,
      token: all.token,
      folder: all.folder,
    });
    expect([...outcomes.values()].filter((ends) => ends.length !== 1)).toEqual([]);
    const started = new Set(
      (await Promise.all(['lasting', 'called', 'cached'].map(truth.endsOf))).flat().map(({ id }) => id),
    );
    const told = [...outcomes.values()].flat().filter(({ action }) => action === 'execution.start');
    expect(told.filter(({ outcome }) => outcome === 'failure').length).toBeGreaterThan(0);
    const wrong = told.filter(({ outcome, subject }) => (outcome === 'success') !== started.has(subject.id));
    expect(wrong).toEqual([]);
    expect(records.filter(({ action }) => action === 'flow.create').length).toBeGreaterThan(5);
  });
}
