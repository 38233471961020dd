// `weir dev` and everything that it started is killed under load, and started again on what it left.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Answer, ask } from './ask.ts';
import { exportEvidence } from './evidence.ts';
import { openRoom } from './installation.ts';
import { accepted, type Load, startLoad, summary, type Turn } from './load.ts';
import { changeTurn } from './mixed-turn.ts';
import { descendantsOf, isGone, processesWith } from './processes.ts';
import { buildProgram, type Program } from './program.ts';
import { startWeirProcess, type WeirProcess } from './weir-process.ts';

const SOON = { timeout: 30_000, interval: 100 };
const STARTS = 15;
const LASTING = 'flow: lasting\nsteps:\n  - pause: { wait: 1s }\n  - set: { n: 1 }\n';
const NIGHTLY =
  'flow: nightly\ntrigger: { schedule: "0 3 * * *", timezone: Europe/Berlin }\nsteps:\n  - set: { n: 1 }\n';

let program: Program;
let room: string;
let state: string;
let dev: WeirProcess;
let token = '';
const start = (): Promise<WeirProcess> =>
  startWeirProcess({
    program: program.path,
    args: ['dev', '--state', state, '--port', '0'],
    env: { WEIR_RATE_LIMIT: '1000000', XDG_CONFIG_HOME: join(room, 'config') },
  });
const owner = (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
  ask({ url: dev.url, method, path, body, headers, token });

beforeAll(async () => {
  [program, room] = await Promise.all([buildProgram(), openRoom()]);
  state = join(room, '.weir');
  await mkdir(state, { mode: 0o755 }); // the account that PostgreSQL runs as gets in
  dev = await start();
  token = await vi.waitUntil(() => /^owner token (\S+)/m.exec(dev.log())?.[1], SOON); // a line after `ready`
});
afterAll(async () => {
  await dev?.end('SIGKILL');
  // Guards end what they guard.
  if (state !== undefined) await vi.waitUntil(() => processesWith(state).length === 0, SOON);
  program?.remove();
  if (room !== undefined) await rm(room, { recursive: true, force: true, maxRetries: 5 });
});

const keyedStart = (n: number): Promise<Answer> =>
  owner('POST', '/flows/lasting/execute', { input: { n } }, { 'idempotency-key': `key-${n}` });
function load(name: string): Load {
  const change = changeTurn((_, ...question) => owner(...question), name);
  const one: Turn = (n, note) => note('start', `${n}`, () => keyedStart(n));
  return startLoad([one, one, one, change, change, change]);
}
/** What the schedules and deployments are. */
async function standing(): Promise<readonly unknown[]> {
  const [schedules, deployments] = [await owner('GET', '/schedules'), await owner('GET', '/flows/nightly/deployments')];
  expect(schedules.body.items).toHaveLength(1);
  return [schedules.body.items, deployments.body.items];
}
/** Every execution of the flow, as it ended. */
async function executions(flow: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let cursor = ''; ; ) {
    const { body } = await owner('GET', `/executions?flow=${flow}&limit=200${cursor}`);
    for (const one of body.items) {
      expect(found.has(one.execution_id)).toBe(false);
      found.set(one.execution_id, one.status);
    }
    if (body.next === null) return found;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}

test('everything is killed at once, and comes up again with all that it had', { timeout: 180_000 }, async () => {
  for (const source of [LASTING, NIGHTLY]) expect((await owner('POST', '/flows', source)).status).toBe(201);
  expect((await owner('PUT', '/flows/nightly/deployments/prod', { version: '*' })).status).toBe(200);
  await expect.poll(async () => (await owner('GET', '/schedules')).body.items[0]?.applied, SOON).toBe(true);
  const before = await standing();
  const running = load('before');
  await expect.poll(() => accepted(running.asked, 'start').length, SOON).toBeGreaterThanOrEqual(STARTS);
  await expect.poll(() => accepted(running.asked, 'deploy').length, SOON).toBeGreaterThan(0);

  const family = [dev.pid, ...descendantsOf(dev.pid)];
  for (const pid of family) process.kill(pid, 'SIGKILL');
  await dev.end('SIGKILL');
  await running.stop();
  await expect.poll(() => [...processesWith(state), ...family.filter((pid) => !isGone(pid))], SOON).toEqual([]);
  expect(family.length).toBeGreaterThan(6); // guards, a Temporal, a PostgreSQL and its own

  dev = await start();
  await expect.poll(async () => (await owner('GET', '/readyz')).status, SOON).toBe(200);
  expect(dev.log()).not.toContain('owner token');
  expect(await standing()).toEqual(before);
  const { asked } = running;
  console.log('killed with all it started:', summary(asked));
  // Who had no answer asks again; who had one is told the same.
  const starts = asked.filter(({ kind }) => kind === 'start');
  const again = await Promise.all(starts.map(({ about }) => keyedStart(Number(about))));
  starts.forEach(({ answer }, i) => {
    expect(again[i]?.status).toBe(202);
    if (answer?.status === 202) expect(again[i]?.body.execution_id).toBe(answer.body.execution_id);
  });
  await expect
    .poll(async () => [...new Set((await executions('lasting')).values())], { timeout: 60_000, interval: 500 })
    .toEqual(['completed']);
  expect(new Set((await executions('lasting')).keys())).toEqual(new Set(again.map(({ body }) => body.execution_id)));
  for (const { about } of accepted(asked, 'push')) expect((await owner('GET', `/flows/${about}`)).status).toBe(200);
  for (const { about } of accepted(asked, 'deploy'))
    expect((await owner('GET', `/flows/${about}/deployments/dev`)).body.current?.versions).toHaveLength(1);
  for (const { answer } of accepted(asked, 'token')) {
    const headers = { authorization: `Bearer ${answer?.body.secret}` };
    expect((await owner('GET', '/me', undefined, headers)).status).toBe(200);
  }
  const { records } = await exportEvidence({ program: program.path, url: dev.url, token, folder: room });
  expect(records.filter(({ action }) => action === 'execution.start').length).toBeGreaterThanOrEqual(STARTS);
});

test('told to stop under load, it ends well and leaves no process behind', { timeout: 90_000 }, async () => {
  const running = load('after');
  await expect.poll(() => running.asked.length, SOON).toBeGreaterThan(10);
  const family = descendantsOf(dev.pid);
  const signalledAt = performance.now();
  expect(await dev.end('SIGTERM', 45_000)).toBe(0);
  await running.stop();
  const letIn = running.asked.filter(({ sentAt, answer }) => sentAt < signalledAt || answer !== null);
  for (const { kind, answer, reason } of letIn)
    expect([kind, reason, (answer?.status ?? 0) < 300 || answer?.status === 503]).toEqual([kind, null, true]);
  expect(family.length).toBeGreaterThan(6);
  expect(family.filter((pid) => !isGone(pid))).toEqual([]);
  expect(processesWith(state)).toEqual([]);
});
