import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
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
