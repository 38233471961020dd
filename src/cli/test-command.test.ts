import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';

const FLOW = `flow: hello
version: 1.0.0
inputs: { name: { type: string } }
steps:
  - greet: { adapter: log, action: write, params: { message: "hello \${ $input.name }" } }
  - never: { if: "$input.name == 'nobody'", wait: 5m }
output: { said: $greet.message }
`;
const TESTS = `flow: ./hello.flow.yaml
mocks: { log.write: { return: { message: hi } } }
cases:
  - { name: says what was logged, input: { name: Ada }, expect: { output: { said: hi }, calls: [log.write] } }
  - { name: calls once, input: { name: Bob }, expect: { calls: [log.write] } }
`;
const FAILING = TESTS.replace('said: hi', 'said: bye');

let cwd = '';
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'weir-test-'));
  await mkdir(join(cwd, '.git'));
  await files({ 'hello.flow.yaml': FLOW });
});
afterEach(() => rm(cwd, { recursive: true }));

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

test('runs every test in and under the folder', async () => {
  await files({ 'hello.test.yaml': TESTS, 'sub/hello.flow.yaml': FLOW, 'sub/hello.test.yaml': TESTS });
  const { code, stdout, stderr } = await weir(['test'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /hello\.test\.yaml\n {2}✓ says what was logged .*\n {2}✓ calls once .*\n\nsub\/hello\.test\.yaml\n/,
  );
  expect(stdout).toMatch(/4 passed, 0 failed, 0 skipped\n$/);
});

test('a failed case is told with its line, and fails', async () => {
  await files({ 'hello.test.yaml': FAILING });
  const { code, stdout } = await weir(['test', 'hello.test.yaml', '--junit', 'r.xml', '--lcov', 'r.lcov'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ says what was logged/);
  expect(stdout).toMatch(/\(hello\.test\.yaml:4\)/);
  expect(await readFile(join(cwd, 'r.xml'), 'utf8')).toMatch(/<testsuites name="weir test" tests="2" failures="1"/);
  expect(await readFile(join(cwd, 'r.lcov'), 'utf8')).toMatch(/SF:hello\.flow\.yaml\nDA:5,2\nDA:6,0\n/);
});

test('--filter chooses cases; none at all is a mistake', async () => {
  await files({ 'hello.test.yaml': FAILING, 'other.test.yaml': TESTS.replaceAll('name: calls', 'name: rings') });
  const { code, stdout } = await weir(['test', '--filter', 'rings'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^other\.test\.yaml\n {2}✓ rings once .*\n\n1 passed, 0 failed/);
  expect(await weir(['test', '--filter', 'zzz'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('contains "zzz"'),
  });
});

test('--coverage names the steps that no case reached', async () => {
  await files({ 'hello.test.yaml': TESTS });
  expect((await weir(['test', '--coverage'], { cwd })).stdout).toMatch(
    /hello: 1 of 2 steps, 50\.0 %\n {2}line 6: never \(wait\)/,
  );
});

test('--json is all of it, for programs', async () => {
  await files({ 'hello.test.yaml': FAILING });
  const { code, stdout } = await weir(['test', '--json', '--coverage'], { cwd });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    files: [
      {
        path: 'hello.test.yaml',
        cases: [
          { outcome: 'failed', failures: [{ what: 'output', line: 4 }], visits: { greet: 1 } },
          { outcome: 'passed' },
        ],
      },
    ],
    coverage: [{ flow: 'hello' }],
  });
});

test('sub-flows are taken from the folder, by their version', async () => {
  const parent = 'flow: parent\nsteps:\n  - child: { flow: { name: hello@^1.0.0, input: { name: Ada } } }\n';
  await files({
    'parent.flow.yaml': parent,
    'hello-2.flow.yaml': FLOW.replace('version: 1.0.0', 'version: 2.0.0').replace('$greet.message', '"two"'),
    'parent.test.yaml':
      'flow: ./parent.flow.yaml\ncases:\n  - { name: calls it, mocks: { log.write: { return: { message: hi } } }, expect: { output: { said: hi } } }\n',
  });
  expect(await weir(['test', 'parent.test.yaml'], { cwd })).toMatchObject({ code: 0 });
});

test.each([
  [['test', 'hello.flow.yaml'], 'weir validate'],
  [['test', 'nope.test.yaml'], 'There is no file or folder'],
  [['test'], 'No flow tests in'],
])('%j teaches', async (argv, hint) => {
  expect(await weir(argv, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining(hint) });
});

test('a flow with errors, or none, fails its tests and says why', async () => {
  await files({ 'hello.test.yaml': TESTS, 'hello.flow.yaml': FLOW.replace('adapter: log', 'adapter: lgo') });
  expect(await weir(['test'], { cwd })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/hello\.flow\.yaml:5:\d+ WEIR\d+/),
  });
  await rm(join(cwd, 'hello.flow.yaml'));
  expect(await weir(['test'], { cwd })).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('there is no file hello.flow.yaml'),
  });
});
