import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, type Handler } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';
import { FLOW, writeFiles } from './testdata/write-files.ts';

const room = serving();
let cwd = '';
beforeEach(async () => void (cwd = await mkdtemp(join(tmpdir(), 'weir-files-'))));
afterEach(() => rm(cwd, { recursive: true }));
const files = (contents: Readonly<Record<string, string>>) => writeFiles(cwd, contents);

describe('diff', () => {
  const versions: Readonly<Record<string, Handler>> = {
    'GET /flows/hello/versions': (_, response) =>
      answer(response, { items: [{ version: '1.2.0' }, { version: '1.1.0' }], next: null }),
    'GET /flows/hello/diff': (_, response) =>
      answer(response, {
        text: '--- hello@1.1.0\n+++ hello@1.2.0\n@@ -1 +1 @@\n-a\u001b[2J\n+b\n',
        graph: [{ change: 'added', at: 'charge', kind: 'call' }],
      }),
  };

  test('of the two latest versions', async () => {
    const options = await room.serve(versions);
    const { code, stdout } = await weir(['diff', 'hello'], options);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '--- hello@1.1.0',
      '+++ hello@1.2.0',
      '@@ -1 +1 @@',
      '-a\\x1b[2J',
      '+b',
      '',
      'Steps and settings',
      '  added    charge call',
      '',
    ]);
    expect(room.server?.requests.at(-1)?.query).toEqual({ from: '1.1.0', to: '1.2.0' });
    expect((await weir(['diff', 'hello', '1.0.0', '1.1.0', '--exit-code', '--json'], options)).code).toBe(10);
    expect(room.server?.requests.at(-1)?.query).toEqual({ from: '1.0.0', to: '1.1.0' });
  });

  test('of a file and the server', async () => {
    await files({ 'hello.flow.yaml': FLOW });
    const { compile } = await import('../dsl/index.ts');
    const old = FLOW.replace('1s', '2s');
    const { ir } = compile(old, { adapters: new Map(), actions: {}, flows: new Map() });
    const options = await room.serve({
      'GET /flows/hello': (request, response) =>
        answer(response, request.query['as'] === 'ir' ? ir : { version: '1.0.0', status: 'valid', source: old }),
    });
    const { code, stdout } = await weir(['diff', 'hello.flow.yaml'], { ...options, cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('-  - wait: 2s\n+  - wait: 1s');
    expect(stdout).toMatch(/changed {2}steps\/0 wait/);
    const none = await room.serve({});
    expect(await weir(['diff', 'hello.flow.yaml'], { ...none, cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('weir push hello.flow.yaml'),
    });
    expect((await weir(['diff', 'nope.flow.yaml'], { ...none, cwd })).code).toBe(2);
  });
});
