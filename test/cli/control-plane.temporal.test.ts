// The command line against `weir dev` with everything real: PostgreSQL, Temporal, worker and API in one process.
import { cp, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDev } from '../../src/bin/dev.ts';
import { type FakeRun, weir } from '../../src/cli/testing/fake-io.ts';

const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined)) as Record<
  string,
  string
>; // filtered just there
let room = '';
let dev: Promise<FakeRun>;
let stop: () => void = () => undefined;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'weir-cli-dev-'));
  await cp('examples/seeds', join(room, 'examples/seeds'), { recursive: true });
  await writeFile(join(room, 'nap.flow.yaml'), 'flow: nap\ntrigger:\n  - event: nap.wanted\nsteps:\n  - wait: 30m\n');
  await writeFile(
    join(room, 'ask.flow.yaml'),
    'flow: ask\nsteps:\n  - sign: { approve: { title: Go on? } }\noutput: { ok: true }\n',
  );
  await new Promise<void>((resolve, reject) => {
    dev = weir(['dev', '--port', '0', '--state', join(room, 'state')], {
      cwd: room,
      // Where the Temporal binary is kept follows from the environment, too.
      env: { ...given, XDG_CONFIG_HOME: room },
      services: { startDev },
      onStart: (interrupt) => (stop = interrupt),
      onText: (text) => text.includes('Ctrl-C') && resolve(),
    });
    void dev.then(({ stderr }) => reject(new Error(stderr)));
  });
});
afterAll(async () => {
  stop();
  await dev;
  // Run as root, the data lies where the user postgres may go, and `state/postgres` leads there.
  const data = await readlink(join(room, 'state/postgres')).catch(() => null);
  if (data !== null) await rm(dirname(data), { recursive: true, force: true });
  await rm(room, { recursive: true, force: true });
});

const cli = (...argv: readonly string[]) => weir(argv, { cwd: room, env: { XDG_CONFIG_HOME: room } });
const json = async (...argv: readonly string[]): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse((await cli(...argv, '--json')).stdout);

/** Asks until `until` holds; rejects after 20 s with what there was last. */
async function eventually<T>(ask: () => Promise<T>, until: (found: T) => boolean): Promise<T> {
  for (const end = Date.now() + 20_000; ; ) {
    const found = await ask();
    if (until(found)) return found;
    if (Date.now() > end) throw new Error(`not in time: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('the owner is logged in by the first start', async () => {
  expect((await stat(join(room, 'weir/config.json'))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(room, 'weir/config.json'), 'utf8'))).toMatchObject({ current: 'dev' });
  expect((await cli('whoami')).stdout).toMatch(/^owner /);
});

test('examples are pushed and deployed', async () => {
  const pushed = await cli('push', 'examples', '--yes');
  expect(pushed.code, pushed.stdout + pushed.stderr).toBe(0);
  expect((await cli('deploy', 'customer-support', '--env', 'prod')).stdout).toBe(
    '✓ customer-support in prod: 1.0.0 (revision 1)\n',
  );
});

test('executions are started, found, cancelled in bulk and decided', async () => {
  expect((await cli('push', 'nap.flow.yaml', 'ask.flow.yaml', '--yes')).code).toBe(0);
  expect((await cli('deploy', 'nap', '--env', 'dev')).code).toBe(0);
  expect((await cli('run', 'nap', '--detach')).stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  await eventually(
    () => json('events', 'send', 'nap.wanted'),
    (sent: { started: string[] }) => sent.started.length === 1,
  );
  const napping = await eventually(
    () => json('executions', '--flow', 'nap', '--env', 'dev', '--version', '1.0.0'),
    (found: unknown[]) => found.length >= 2,
  );
  expect((await cli('executions', 'cancel', '--flow', 'nap')).code).toBe(10);
  expect((await cli('executions', 'cancel', '--flow', 'nap', '--yes', '--expect', '99')).code).toBe(9);
  const cancelled = await cli('executions', 'cancel', '--flow', 'nap', '--yes', '--expect', String(napping.length));
  expect(cancelled, cancelled.stdout + cancelled.stderr).toMatchObject({ code: 0 });
  await eventually(
    () => json('executions', '--status', 'cancelled'),
    (found: unknown[]) => found.length === napping.length,
  );

  const id = (await cli('run', 'ask', '--detach')).stdout.trim();
  const open = await eventually(
    () => json('approvals'),
    (found: unknown[]) => found.length === 1,
  );
  expect(open).toMatchObject([{ execution_id: id, step: 'sign', title: 'Go on?' }]);
  expect((await cli('executions', id)).stdout).toContain('now Step sign waits for a decision');
  expect((await cli('decide', id, 'sign', '--approve')).code).toBe(0);
  expect(await cli('logs', id, '--follow')).toMatchObject({ code: 0, stdout: expect.stringMatching(/completed\n$/) });
  expect(await json('executions', id)).toMatchObject({ status: 'completed', output: { ok: true } });
  expect((await cli('rollback', id, '--to', 'sign')).code).toBe(0);
});
