import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../temporal/free-port.ts';
import { type DevServer, startDevServer } from '../../temporal/server.ts';
import { outcomeOf } from '../run/temporal-wiring.ts';
import { KillRoom } from './kill-room.ts';
import { effectsByStep } from './ledger.ts';

// The Temporal server itself is killed, and started again on the state that it left.
let folder: string;
let stateFile: string;
let port: number;
let server: DevServer;
let room: KillRoom;
const start = (): Promise<DevServer> =>
  startDevServer({
    env: { ...process.env, TEMPORAL_ADDRESS: undefined },
    log: () => undefined,
    stateFile,
    port,
    uiPort: false,
  });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-server-kill-'));
  stateFile = join(folder, 'temporal.db');
  port = await freePort();
  server = await start();
  room = await KillRoom.open(server.address, 'server-kill');
});
afterAll(async () => {
  await room.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The server's process: the one that was given our state file and is no shell around it. */
function serverPid(): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return command.endsWith('temporal') && args.includes(stateFile);
      } catch {
        return false; // gone meanwhile
      }
    });
  expect(found).toHaveLength(1);
  return Number(found[0]);
}

it('executions go on after the server was killed', { timeout: 90_000 }, async () => {
  const call = (id: string): string =>
    `  - ${id}: { adapter: ledger, action: keyed, params: { after: 200, value: ${id} } }`;
  const flow = room.compile(
    `flow: server-kill\nsteps:\n${['a', 'b', 'c', 'd', 'e'].map(call).join('\n')}\n  - wait: 1s\n${call('f')}\n`,
  );
  await room.startWorker();
  const ids = Array.from({ length: 4 }, (_, n) => `server-kill-${n}-${process.pid}`);
  for (const id of ids) await room.start(flow, id);
  await pause(600);
  const before = room.ledger().length;
  process.kill(serverPid(), 'SIGKILL');
  const killedAt = Date.now();
  await server.stop();
  server = await start();
  const up = Date.now();
  for (const id of ids)
    expect(await outcomeOf(room.client.workflow.getHandle(id))).toMatchObject({ status: 'completed', output: 'f' });
  const next = room.ledger().find(({ phase, at }) => phase === 'begin' && at > up);
  console.log(`server killed: up again after ${up - killedAt} ms, next call ${(next?.at ?? 0) - up} ms later`);
  expect(before).toBeGreaterThan(0);
  const effects = effectsByStep(room.ledger());
  expect(effects.size).toBe(ids.length * 6);
  expect([...effects.values()].every((count) => count === 1)).toBe(true);
});
