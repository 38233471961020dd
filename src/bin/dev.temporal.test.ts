import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startDev } from './dev.ts';

let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'weir-dev-test-'));
  const steps = 'steps:\n  - hello: { set: { greeting: "${ \'Hello \' + $input.name }" } }\n';
  await writeFile(
    join(room, 'hello.flow.yaml'),
    `flow: hello\ninputs: { name: { type: string } }\n${steps}output: $vars.greeting\n`,
  );
  await writeFile(join(room, 'sleeper.flow.yaml'), 'flow: sleeper\nsteps:\n  - nap: { wait: 1h }\n');
});
afterEach(() => rm(room, { recursive: true, force: true }));

const env = { ...process.env, TEMPORAL_ADDRESS: '' };
const execute = (url: string, flow: string, input: unknown) =>
  fetch(`${url}/flows/${flow}/execute?wait=10s`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  });

test('runs flows, and what it ran is there after a restart', async () => {
  const options = {
    flowsDir: room,
    port: 0,
    ephemeral: false,
    stateDir: join(room, '.weir'),
    env,
    log: () => undefined,
  };
  const first = await startDev(options);
  await expect(startDev(options)).rejects.toThrow('Another weir dev');
  const answer = await execute(first.url, 'hello', { name: 'Ada' });
  const { execution_id: id } = (await answer.json()) as { execution_id: string }; // checked by the status below
  await first.close();
  const second = await startDev(options);
  const found = await (await fetch(`${second.url}/executions/${id}`)).json();
  await second.close();
  expect(found).toMatchObject({ execution_id: id, status: 'completed', output: 'Hello Ada' });
});

test('SIGTERM ends the process well, with an execution under way, and leaves nothing behind', async () => {
  const temporary = await mkdtemp(join(room, 'tmp-'));
  const weir = join(import.meta.dirname, '..', '..', 'bin', 'weir.mjs');
  const child = spawn(process.execPath, [weir, 'dev', '--ephemeral', '--flows', room, '--port', '0'], {
    env: { ...env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`ended: ${said}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const ready = /ready:? (http:\S+)/.exec(said)?.[1];
      if (ready !== undefined) resolve(ready);
    });
  });
  const started = await fetch(`${url}/flows/sleeper/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(started.status).toBe(202);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(await readdir(temporary)).toEqual([]);
});
