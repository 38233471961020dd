import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startGuardedProcess } from './guarded-process.ts';

let room: string;
beforeEach(async () => void (room = await mkdtemp(join(tmpdir(), 'weir-guard-test-'))));
afterEach(() => rm(room, { recursive: true, force: true }));

/** A server that writes its process id and, if stubborn, ignores SIGTERM. */
const server = (stubborn: boolean) => [
  '-c',
  `${stubborn ? 'trap "" TERM;' : ''} echo $$ > "${room}/pid"; while :; do sleep 0.05; done`,
];
const start = (stubborn = false) =>
  startGuardedProcess({
    command: '/bin/sh',
    args: server(stubborn),
    env: { PATH: '/usr/bin:/bin' },
    logFile: join(room, 'log'),
    graceMs: 300,
  });

async function serverPid(): Promise<number> {
  for (;;) {
    const text = await readFile(join(room, 'pid'), 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await sleep(20);
  }
}
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('stop ends the server, and one that ignores SIGTERM after the grace', async () => {
  for (const stubborn of [false, true]) {
    const guarded = start(stubborn);
    const pid = await serverPid();
    expect(guarded.hasEnded()).toBe(false);
    await guarded.stop();
    expect(guarded.hasEnded()).toBe(true);
    expect(lives(pid)).toBe(false);
    await rm(join(room, 'pid'));
  }
});

test('tells when the server ends by itself', async () => {
  const guarded = start();
  process.kill(await serverPid(), 'SIGKILL');
  await guarded.ended;
  await guarded.stop();
});

test('a parent killed by SIGKILL leaves no server', async () => {
  const module = join(import.meta.dirname, 'guarded-process.ts');
  const script = join(room, 'parent.ts');
  await writeFile(
    script,
    `import { startGuardedProcess } from ${JSON.stringify(module)};
     startGuardedProcess(${JSON.stringify({ command: '/bin/sh', args: server(true), env: { PATH: '/usr/bin:/bin' }, logFile: join(room, 'log'), graceMs: 300 })});
     setInterval(() => {}, 1000);`,
  );
  const parent = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'ignore',
  });
  const pid = await serverPid();
  parent.kill('SIGKILL');
  for (let waited = 0; lives(pid) && waited < 5_000; waited += 50) await sleep(50);
  expect(lives(pid)).toBe(false);
});
