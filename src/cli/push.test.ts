import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeOptions, weir } from './testing/fake-io.ts';
import { answer, type Handler, problem } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';
import { FLOW, writeFiles } from './testdata/write-files.ts';

const room = serving();
const PLAN = 'a'.repeat(64);
let cwd = '';
beforeEach(async () => void (cwd = await mkdtemp(join(tmpdir(), 'weir-files-'))));
afterEach(() => rm(cwd, { recursive: true }));
const files = (contents: Readonly<Record<string, string>>) => writeFiles(cwd, contents);
const item = (given: Record<string, unknown>) => ({
  kind: 'flow',
  name: 'hello',
  version: '1.0.0',
  from: null,
  hash: 'h',
  reason: null,
  diagnostics: [],
  path: 'hello.flow.yaml',
  operation: 'create',
  ...given,
});
const imports =
  (items: readonly unknown[]): Handler =>
  (request, response) => {
    const { dry_run: dryRun = false } = JSON.parse(request.body) as { dry_run?: boolean };
    answer(response, { applied: !dryRun, plan: PLAN, summary: {}, items });
  };
const sent = (): { files: { path: string }[]; [name: string]: unknown }[] =>
  (room.server?.requests ?? []).map((request) => JSON.parse(request.body));

describe('push', () => {
  test('sends what matters, shows the plan, asks, and applies that very plan', async () => {
    await files({
      'hello.flow.yaml': FLOW,
      'hello.test.yaml': 'x: 1',
      'notes.yaml': 'a: 1',
      'adapters/crm.yaml': 'name: crm',
      'actions.yaml': '{}',
      '.git/x.yaml': FLOW,
      'node_modules/m/y.yaml': FLOW,
    });
    const options = await room.serve({
      'POST /import': imports([
        item({}),
        item({ operation: 'update', name: 'old', from: '1.0.0', version: '1.1.0' }),
        item({ operation: 'unchanged', name: 'same' }),
        item({ operation: 'keep', name: 'theirs', path: null }),
      ]),
    });
    const asked: string[] = [];
    const prompter = { secret: async () => null, confirm: async (question: string) => (asked.push(question), true) };
    const { code, stdout } = await weir(['push'], { ...options, cwd, prompter });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '+ flow hello 1.0.0 hello.flow.yaml',
      '~ flow old 1.0.0 → 1.1.0 hello.flow.yaml',
      '  1 unchanged',
      '  flows only on the server, they stay: theirs (--prune archives them)',
      '1 to create, 1 to update.',
      '✓ 1 created, 1 updated.',
      '',
    ]);
    expect(asked).toEqual([`Do this on ${options.env.WEIR_URL}?`]);
    expect(sent()).toMatchObject([
      { dry_run: true, prune: false, force: false },
      { plan: PLAN, prune: false },
    ]);
    expect(sent()[0]?.files.map((file) => file.path)).toEqual(['actions.yaml', 'adapters/crm.yaml', 'hello.flow.yaml']);
    const keys = room.server?.requests.map((request) => request.headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  const changes = [item({}), item({ operation: 'delete', name: 'gone', path: null, from: '2.0.0', version: '2.0.0' })];
  test.each<[string, readonly string[], FakeOptions, number, number]>([
    ['nobody can be asked', [], {}, 10, 1],
    ['the answer is no', [], { prompter: { secret: async () => null, confirm: async () => false } }, 10, 1],
    ['the question is broken off', [], { prompter: { secret: async () => null, confirm: async () => null } }, 130, 1],
    ['--dry-run', ['--dry-run', '--yes'], {}, 0, 1],
    ['--yes', ['--yes'], {}, 0, 2],
  ])('when %s', async (_, argv, given, code, requests) => {
    await files({ 'hello.flow.yaml': FLOW });
    const options = await room.serve({ 'POST /import': imports(changes) });
    const run = await weir(['push', '.', '--prune', ...argv], { ...options, ...given, cwd });
    expect(run.code).toBe(code);
    expect(run.stdout).toContain('- flow gone 2.0.0');
    expect(room.server?.requests).toHaveLength(requests);
  });

  test('faults are shown in their place, and nothing is applied', async () => {
    await files({ 'hello.flow.yaml': FLOW });
    const fault = {
      code: 'WEIR0201',
      severity: 'error',
      message: 'odd',
      path: '/steps/0',
      line: 4,
      column: 5,
      end_line: 4,
      end_column: 9,
      hint: 'even',
    };
    const options = await room.serve({
      'POST /import': imports([item({ operation: 'invalid', reason: 'has errors', diagnostics: [fault] })]),
    });
    const { code, stdout } = await weir(['push', '--yes'], { ...options, cwd });
    expect(code).toBe(1);
    expect(stdout).toContain('✗ flow hello 1.0.0 hello.flow.yaml: has errors');
    expect(stdout).toContain('hello.flow.yaml:4:5 error WEIR0201 odd');
    expect(stdout).toContain('> 4 |   - wait: 1s');
    expect(room.server?.requests).toHaveLength(1);
    const forbidden = await room.serve({
      'POST /import': imports([item({ operation: 'forbidden', reason: 'needs flow:create' })]),
    });
    expect((await weir(['push', '--yes'], { ...forbidden, cwd })).code).toBe(8);
  });

  test('a plan that has changed meanwhile is not applied, and says so', async () => {
    await files({ 'hello.flow.yaml': FLOW });
    const options = await room.serve({
      'POST /import': (request, response) =>
        request.body.includes('"dry_run":true')
          ? imports([item({})])(request, response)
          : problem(response, { status: 409, code: 'plan_changed', detail: 'It changed.', request_id: 'r' }),
    });
    expect(await weir(['push', '--yes'], { ...options, cwd })).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('Look at the plan again'),
    });
  });

  test('--json prints one document', async () => {
    await files({ 'hello.flow.yaml': FLOW });
    const options = await room.serve({ 'POST /import': imports([item({})]) });
    const run = await weir(['push', '--yes', '--json'], { ...options, cwd });
    expect(JSON.parse(run.stdout)).toMatchObject({ applied: true, items: [{ name: 'hello' }] });
    expect(JSON.parse((await weir(['push', '--json'], { ...options, cwd })).stdout)).toMatchObject({ applied: false });
  });

  test('names from the server can not move the cursor or forge lines', async () => {
    await files({ 'hello.flow.yaml': FLOW });
    const evil = '\u001b[2J\u001b]0;owned\u0007ok\n- flow all\u202e\u009b1m';
    const options = await room.serve({
      'POST /import': imports([
        item({
          operation: 'invalid',
          name: evil,
          reason: evil,
          path: evil,
          diagnostics: [{ message: evil, code: evil, hint: evil, severity: 'error', path: '', line: 0, column: 0 }],
        }),
        item({ operation: 'keep', name: evil }),
      ]),
    });
    const { stdout } = await weir(['push'], {
      ...options,
      cwd,
      isTTY: true,
      env: { ...options.env, FORCE_COLOR: '1' },
    });
    expect(stdout.replace(/\u001b\[(1|2|22|3[0-9])m/g, '')).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/,
    );
    expect(stdout).toContain('\\x1b[2J');
    expect(stdout).not.toMatch(/^- flow all/m);
    const json = await weir(['push', '--json'], { ...options, cwd });
    expect(json.stdout).not.toMatch(/[\u007f-\u009f\u202e\u001b]/);
    expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ name: evil }, {}] });
  });

  test.each([
    ['a missing file', ['nope.yaml']],
    ['a file that is neither', ['notes.yaml']],
    ['a test', ['hello.test.yaml']],
    ['--prune with a file', ['hello.flow.yaml', '--prune']],
    ['an empty folder', ['empty']],
  ])('refuses %s before it asks the server', async (_, argv) => {
    await files({ 'hello.flow.yaml': FLOW, 'notes.yaml': 'a: 1', 'hello.test.yaml': FLOW, 'empty/x.txt': '' });
    const options = await room.serve({});
    expect((await weir(['push', ...argv], { ...options, cwd })).code).toBe(2);
    expect(room.server?.requests).toEqual([]);
  });

  test('a file that is no text, or too large, is named', async () => {
    await writeFile(join(cwd, 'a.flow.yaml'), Buffer.from([0x66, 0xff]));
    const options = await room.serve({});
    expect(await weir(['push'], { ...options, cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('a.flow.yaml is not UTF-8'),
    });
    await writeFile(join(cwd, 'a.flow.yaml'), 'x'.repeat(300_000));
    expect(await weir(['push'], { ...options, cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('larger than 256 KiB'),
    });
  });

  test.each([
    ['HTML', (response: ServerResponse) => void response.end('<html>hello</html>')],
    ['a list', (response: ServerResponse) => answer(response, [])],
    ['no items', (response: ServerResponse) => answer(response, { applied: false, plan: PLAN })],
    [
      'items of another form',
      (response: ServerResponse) => answer(response, { applied: false, plan: PLAN, items: [1] }),
    ],
    ['cut JSON', (response: ServerResponse) => void response.end('{"applied": fal')],
    ['nothing', (response: ServerResponse) => void response.end()],
  ])('an answer that is %s is no defect of this program', async (_, respond) => {
    await files({ 'hello.flow.yaml': FLOW });
    const options = await room.serve({ 'POST /import': (__, response) => respond(response) });
    expect(await weir(['push', '--yes'], { ...options, cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in a form that this program does not know'),
    });
  });
});
