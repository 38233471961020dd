import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';

describe('weir dev, api, worker, migrate', () => {
  let home = '';
  beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'weir-dev-home-'))));
  afterEach(() => rm(home, { recursive: true }));
  const start = (
    argv: readonly string[],
    token: string | null,
    env: Record<string, string> = { XDG_CONFIG_HOME: home },
  ) => {
    let interrupt: () => void = () => undefined;
    const seen: unknown[] = [];
    const run = weir(['dev', '--port', '0', ...argv], {
      env,
      services: {
        startDev: async (options) => (
          seen.push(options),
          { url: 'http://127.0.0.1:9999', uiUrl: null, ownerToken: token, close: async () => undefined }
        ),
      },
      onStart: (signal) => (interrupt = signal),
      onText: (text) => text.includes('Ctrl-C') && interrupt(),
    });
    return run.then((done) => ({ ...done, options: seen[0] }));
  };
  const config = () => readFile(join(home, 'weir', 'config.json'), 'utf8').then((text) => JSON.parse(text) as unknown);

  test('without a folder: the control plane; the token is printed once and kept', async () => {
    const run = await start([], 'weir_owner');
    expect(run.stdout).toMatch(/^ready http:\/\/127\.0\.0\.1:9999\nowner token weir_owner\n/);
    expect(run.stdout.split('weir_owner')).toHaveLength(2);
    expect(run.stderr).toContain('Kept as the context dev');
    expect(run.stderr).not.toContain('weir_owner');
    expect(run.options).not.toHaveProperty('flowsDir');
    expect(await config()).toEqual({
      current: 'dev',
      contexts: { dev: { url: 'http://127.0.0.1:9999', token: 'weir_owner' } },
    });
    expect((await start([], null)).stdout).not.toContain('owner token');
    expect((await start([], 'weir_second')).stderr).toContain('stays as it is');
    expect(await config()).toMatchObject({ contexts: { dev: { token: 'weir_owner' } } });
  });

  test('a current context stays, a name that is taken too; --ephemeral keeps nothing', async () => {
    await start(['--ephemeral'], 'weir_owner');
    await expect(config()).rejects.toThrow('ENOENT');
    await start([], 'weir_owner');
    const path = join(home, 'weir', 'config.json');
    await writeFile(
      path,
      JSON.stringify({ current: 'dev', contexts: { dev: { url: 'https://elsewhere', token: 'x' } } }),
    );
    await start([], 'weir_owner');
    expect(await config()).toEqual({
      current: 'dev',
      contexts: {
        dev: { url: 'https://elsewhere', token: 'x' },
        'dev-9999': { url: 'http://127.0.0.1:9999', token: 'weir_owner' },
      },
    });
    const nowhere = await start([], 'weir_owner', {});
    expect(nowhere).toMatchObject({ code: 0, stderr: expect.stringContaining('It was not kept') });
  });

  test('services say when they are ready, and stop on a signal', async () => {
    for (const [name, service] of [
      ['api', 'startApi'],
      ['worker', 'startWorker'],
    ] as const) {
      let interrupt: () => void = () => undefined;
      let closed = 0;
      const seen: unknown[] = [];
      const run = await weir([name, '--port', '0', '--host', '0.0.0.0'], {
        services: {
          [service]: async (options: unknown) => (
            seen.push(options), { ...(name === 'api' && { url: 'http://x' }), close: async () => void (closed += 1) }
          ),
        },
        onStart: (signal) => (interrupt = signal),
        onText: (text) => text.startsWith('ready') && interrupt(),
      });
      expect(run).toMatchObject({ code: 0, stdout: name === 'api' ? 'ready http://x\n' : 'ready\n' });
      expect(seen).toMatchObject([{ port: 0, host: '0.0.0.0' }]);
      expect(closed).toBe(1);
      expect(
        await weir([name], {
          services: { [service]: () => Promise.reject(new Error('The environment lacks DATABASE_URL.')) },
        }),
      ).toMatchObject({ code: 1, stderr: 'error The environment lacks DATABASE_URL.\n' });
      expect(
        (await weir([name, '--port', '70000'], { services: { [service]: () => Promise.reject(new Error('x')) } })).code,
      ).toBe(2);
    }
    const asked: unknown[] = [];
    const migrate = async (options: unknown): Promise<void> => void asked.push(options);
    expect(await weir(['migrate'], { services: { migrate } })).toMatchObject({ code: 0 });
    expect(await weir(['migrate', '--renew-owner'], { services: { migrate } })).toMatchObject({ code: 0 });
    expect(asked).toMatchObject([{ renewOwner: false }, { renewOwner: true }]);
    expect(await weir(['migrate'])).toMatchObject({ code: 1 });
  });
});
