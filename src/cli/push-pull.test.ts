import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServerResponse } from 'node:http';
import { type FakeOptions, weir } from './testing/fake-io.ts';
import { answer, type Handler, problem } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const FLOW = 'flow: hello\nversion: 1.0.0\nsteps:\n  - wait: 1s\n';
const PLAN = 'a'.repeat(64);

let cwd = '';
beforeEach(async () => void (cwd = await mkdtemp(join(tmpdir(), 'weir-push-'))));
afterEach(() => rm(cwd, { recursive: true }));

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

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
      '  only on the server, stays: theirs (--prune archives)',
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

describe('pull', () => {
  const file = (given: Record<string, unknown>) => ({
    kind: 'flow',
    name: 'hello',
    version: '1.0.0',
    hash: 'h',
    path: 'hello.flow.yaml',
    content: FLOW,
    ...given,
  });
  const exported = (list: readonly unknown[], more: Readonly<Record<string, Handler>> = {}) =>
    room.serve({ 'GET /export': (_, response) => answer(response, { files: list }), ...more });
  const all = [
    file({}),
    file({ kind: 'adapter', name: 'crm', path: 'adapters/crm.yaml', content: 'name: crm\n' }),
    file({ kind: 'catalogue', name: 'actions', path: 'actions.yaml', content: 'a: 1\n' }),
  ];

  test('writes new files, and nothing the second time', async () => {
    const options = await exported(all);
    expect(await weir(['pull', 'flows'], { ...options, cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('3 files written.'),
    });
    expect((await readdir(join(cwd, 'flows'), { recursive: true })).sort()).toEqual([
      'actions.yaml',
      'adapters',
      'adapters/crm.yaml',
      'hello.flow.yaml',
    ]);
    expect(await readFile(join(cwd, 'flows/hello.flow.yaml'), 'utf8')).toBe(FLOW);
    expect((await weir(['pull', 'flows'], { ...options, cwd })).stdout).toContain('Nothing to do');
    expect(JSON.parse((await weir(['pull', 'flows', '--json'], { ...options, cwd })).stdout)).toMatchObject({
      applied: false,
      files: [{ operation: 'unchanged', path: 'flows/hello.flow.yaml' }, {}, {}],
    });
  });

  test('an earlier version is brought up to date where it is; local work is left alone without --force', async () => {
    const newer = FLOW.replace('1.0.0', '1.1.0');
    await files({ 'deep/renamed.yaml': FLOW, 'mine.flow.yaml': FLOW.replace('hello', 'mine') });
    const versions: Readonly<Record<string, Handler>> = {
      'GET /flows/hello/versions': (_, response) =>
        answer(response, { items: [{ version: '1.1.0' }, { version: '1.0.0' }], next: null }),
      'GET /flows/hello/versions/1.0.0': (_, response) => answer(response, { source: FLOW }),
    };
    const options = await exported([file({ version: '1.1.0', content: newer })], versions);
    expect((await weir(['pull', '--dry-run'], { ...options, cwd })).stdout).toContain('~ deep/renamed.yaml');
    expect(await readFile(join(cwd, 'deep/renamed.yaml'), 'utf8')).toBe(FLOW);
    expect(await weir(['pull'], { ...options, cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('only here, stays: mine.flow.yaml'),
    });
    expect(await readFile(join(cwd, 'deep/renamed.yaml'), 'utf8')).toBe(newer);

    await files({ 'deep/renamed.yaml': `${FLOW}# mine\n`, 'x/other.txt': '' });
    const refused = await weir(['pull'], { ...options, cwd });
    expect(refused).toMatchObject({
      code: 9,
      stdout: expect.stringContaining('! deep/renamed.yaml'),
      stderr: expect.stringContaining('--force'),
    });
    expect(await readFile(join(cwd, 'deep/renamed.yaml'), 'utf8')).toContain('# mine');
    expect((await weir(['pull', '--force'], { ...options, cwd })).code).toBe(0);
    expect(await readFile(join(cwd, 'deep/renamed.yaml'), 'utf8')).toBe(newer);
    expect(await readdir(cwd)).not.toContainEqual(expect.stringContaining('.tmp'));
  });

  test.each(['../evil', '..', 'a/b', '/etc/passwd', 'a\\b', 'c:d', '\u001b[2J', '.hidden', ''])(
    'a flow named %j is no file: nothing is written',
    async (name) => {
      for (const kind of ['flow', 'adapter']) {
        const options = await exported([file({}), file({ kind, name, path: `${name}.yaml` })]);
        const run = await weir(['pull', 'out'], { ...options, cwd });
        expect(run.code).toBe(1);
        expect(run.stderr).not.toContain('\u001b');
        expect(await readdir(cwd)).toEqual([]);
      }
    },
  );

  test('a link that leads out of the folder is not followed', async () => {
    await files({ 'outside/x.txt': '', 'in/y.txt': '' });
    await symlink(join(cwd, 'outside'), join(cwd, 'in/adapters'));
    await writeFile(join(cwd, 'outside/secret'), 'old');
    await symlink(join(cwd, 'outside/secret'), join(cwd, 'in/hello.flow.yaml'));
    const options = await exported(all);
    expect(await weir(['pull', 'in'], { ...options, cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('leads out of'),
    });
    expect((await readdir(join(cwd, 'outside'))).sort()).toEqual(['secret', 'x.txt']);
    expect(await readFile(join(cwd, 'outside/secret'), 'utf8')).toBe('old');
  });

  test('two local files of one flow are told, not guessed between', async () => {
    await files({ 'a.yaml': FLOW, 'b.yaml': FLOW });
    expect(await weir(['pull'], { ...(await exported(all)), cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('several files'),
    });
  });
});

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
