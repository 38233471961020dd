import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile } from '../dsl/index.ts';
import type { ReplayedHistory } from '../worker/replay-history.ts';
import { weir } from './testing/fake-io.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'weir-replay-'));
  await writeFile(join(cwd, 'h.json'), '{"events": [1]}');
});
afterAll(() => rm(cwd, { recursive: true }));

function replayed(fault: string | null): ReplayedHistory {
  const { ir } = compile('flow: f\nversion: 1.2.0\nsteps: [ wait: 1s ]', {
    adapters: new Map(),
    actions: {},
    flows: new Map(),
  });
  if (ir === undefined) throw new Error('the flow has errors');
  const trigger = { type: 'manual', source: 'api', id: 't', time: '2026-01-01T00:00:00Z', data: {}, headers: {} };
  const input = {
    format: 1,
    behaviour: 1,
    flow: ir,
    flows: {},
    input: {},
    trigger,
    environment: 'default',
    config: {},
    tags: [],
  } as const;
  const trace = [{ type: 'execution.started', at: 0, id: '0.0' }] as const;
  return { fault, events: 9, input, status: 'completed', output: null, error: null, trace };
}

test.each([
  [null, 0, /✓ replays f 1\.2\.0, 9 events, completed\n$/],
  ['[TMPRL1100] odd', 1, /✗ does not replay: \[TMPRL1100\] odd f 1\.2\.0/],
])('replay: a fault of %j gives exit code %i', async (fault, expected, text) => {
  const seen: unknown[] = [];
  const replayHistory = async (history: unknown): Promise<ReplayedHistory> => (seen.push(history), replayed(fault));
  const { code, stdout } = await weir(['replay', 'h.json'], { cwd, services: { replayHistory } });
  expect(code).toBe(expected);
  expect(stdout).toMatch(/^00:00:00\.000 started\n/);
  expect(stdout).toMatch(text);
  expect(seen).toEqual([{ events: [1] }]);
  const { stdout: json } = await weir(['replay', 'h.json', '--json'], { cwd, services: { replayHistory } });
  expect(JSON.parse(json)).toMatchObject({ replays: fault === null, flow: 'f', version: '1.2.0' });
});

test('replay: what is no history', async () => {
  const replayHistory = (): Promise<never> => Promise.reject(new TypeError('it holds no events'));
  for (const file of ['h.json', 'missing.json']) {
    expect(await weir(['replay', file], { cwd, services: { replayHistory } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('temporal workflow show'),
    });
  }
});

test('completion: the scripts are well-formed and know commands, subcommands, choices and contexts', async () => {
  const { stdout } = await weir(['completion', 'bash']);
  const ask = (...words: string[]): string => {
    const typed = words.map((word) => `'${word}'`).join(' ');
    const script = `${stdout}\nweir() { [ "$*" = "contexts --names" ] && printf 'prod\\nstaging\\n'; }
      COMP_WORDS=(weir ${typed}); COMP_CWORD=${words.length}; _weir; echo "\${COMPREPLY[@]}"`;
    const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    return run.stdout.trim();
  };
  expect(ask('va')).toBe('validate');
  expect(ask('rollback', '--comp')).toBe('--compensate');
  expect(ask('contexts', '')).toBe('--names --json use remove');
  expect(ask('contexts', 'use', '')).toBe('prod staging');
  expect(ask('executions', '--context', 's')).toBe('staging');
  expect(ask('executions', '--status', 'ca')).toBe('cancelled');
  expect(ask('environments', 'set', 'prod', '--runs-latest', '')).toBe('true false');
  expect(ask('environments', 'set', '--ra')).toBe('--rank');
  expect((await weir(['completion', 'zsh'])).stdout).toMatch(/^#compdef weir\n/);
  const fish = (await weir(['completion', 'fish'])).stdout;
  expect(fish).toContain("-l new-keys -d 'of an execution: new idempotency keys for all that is done again'");
  expect(fish).toContain("-a '(weir contexts --names 2>/dev/null)'");
  for (const shell of ['tcsh', 'constructor']) {
    expect(await weir(['completion', shell])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bash, zsh, fish'),
    });
  }
});
