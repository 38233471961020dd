import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DevServer, StartDevOptions } from './io.ts';
import { weir } from './testing/fake-io.ts';
import { answer, fakeServer, stream } from './testing/fake-server.ts';

const GOOD = `flow: hello
version: 1.0.0
inputs: { name: { type: string } }
steps:
  - greet: { adapter: log, action: write, params: { message: "hello \${ $input.name }" } }
output: { said: $greet.message }
`;
const BAD = GOOD.replace('adapter: log', 'adaptr: log').replace('$greet.message', '$gret.message');
const CRM = `name: crm
version: 1.0.0
base_url: https://crm.example.com
actions:
  find: { method: GET, path: '/customers/{id}', input: { type: object, properties: { id: { type: string } }, required: [id] } }
`;

let cwd = '';
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'weir-cli-'));
  await mkdir(join(cwd, '.git')); // the root of a repository: nothing above it counts
});
afterEach(() => rm(cwd, { recursive: true }));

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

describe('validate', () => {
  test('a good flow', async () => {
    await files({ 'hello.flow.yaml': GOOD });
    expect(await weir(['validate', 'hello.flow.yaml'], { cwd })).toEqual({
      code: 0,
      stdout: '✓ 1 flow checked, no problems\n',
      stderr: '',
    });
  });

  test('all problems at once, each with its frame', async () => {
    await files({ 'bad.yaml': BAD });
    const { code, stdout } = await weir(['validate', 'bad.yaml'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^bad\.yaml:5:\d+ error WEIR\d{4} /m);
    expect(stdout).toMatch(/^bad\.yaml:6:\d+ error WEIR\d{4} /m);
    expect(stdout).toMatch(/^> 5 \| {3}- greet: .*\n {4}\| +\^+/m);
    expect(stdout).toMatch(/✗ 1 flow checked, \d+ errors\n$/);
  });

  test('standard input, globs and folders; what is no flow is left out', async () => {
    await files({
      'a/x.flow.yaml': GOOD,
      'a/b/y.yaml': BAD,
      'a/compose.yaml': 'services: {}',
      'a/x.test.yaml': 'flow: ./x.flow.yaml\ncases: []',
      'a/adapters/crm.yaml': CRM,
      'a/actions.yaml': 'note: log.write',
    });
    const report = async (...argv: string[]): Promise<unknown[]> => {
      const { stdout } = await weir(['validate', '--format', 'json', ...argv], { cwd, stdin: GOOD });
      return (JSON.parse(stdout) as { files: { file: string }[] }).files.map((file) => file.file);
    };
    expect(await report()).toEqual(['a/b/y.yaml', 'a/x.flow.yaml']);
    expect(await report('a/**/*.yaml')).toEqual(['a/b/y.yaml', 'a/x.flow.yaml']);
    expect(await report('a/*.flow.yaml')).toEqual(['a/x.flow.yaml']);
    expect(await report('-', 'a/b')).toEqual(['<stdin>', 'a/b/y.yaml']);
    expect(await report('a/compose.yaml')).toEqual(['a/compose.yaml']);
  });

  test('adapters and actions are found above the flow, the nearest first', async () => {
    const flow = GOOD.replace(
      'adapter: log, action: write, params: { message: "hello ${ $input.name }" }',
      'action: find_customer, params: { id: $input.name }',
    ).replace('$greet.message', '$greet');
    await files({
      'deep/er/f.yaml': flow,
      'adapters/crm.yaml': CRM,
      'actions.yaml': 'find_customer: { adapter: nope, action: nope }',
      'deep/actions.yaml': 'find_customer: { adapter: crm, action: find }',
    });
    expect(await weir(['validate', 'deep/er/f.yaml'], { cwd })).toMatchObject({ code: 0 });
    await rm(join(cwd, 'deep/actions.yaml'));
    expect(await weir(['validate', 'deep/er/f.yaml'], { cwd })).toMatchObject({ code: 1 });
  });

  test('--adapters adds a folder', async () => {
    await files({
      'f.yaml': GOOD.replace(
        'adapter: log, action: write, params: { message: "hello ${ $input.name }" }',
        'adapter: crm, action: find, params: { id: $input.name }',
      ).replace('$greet.message', '$greet'),
      'elsewhere/crm.yaml': CRM,
    });
    expect((await weir(['validate', 'f.yaml'], { cwd })).code).toBe(1);
    expect(await weir(['validate', 'f.yaml', '--adapters', 'elsewhere'], { cwd })).toMatchObject({ code: 0 });
  });

  test('a faulty adapter file or catalogue is told with its place', async () => {
    await files({ 'f.yaml': GOOD, 'adapters/crm.yaml': 'name: crm\nversion: one\n' });
    expect(await weir(['validate', 'f.yaml'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/adapters\/crm\.yaml:\d+:\d+: /),
    });
    await files({ 'adapters/crm.yaml': CRM, 'actions.yaml': 'note: 7' });
    expect(await weir(['validate', 'f.yaml'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/actions\.yaml:1:\d+: /),
    });
  });

  test('warnings fail with --strict only', async () => {
    await files({ 'w.yaml': GOOD.replace('hello ${', 'tell $input ${') });
    expect(await weir(['validate', 'w.yaml'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 warning'),
    });
    expect(await weir(['validate', 'w.yaml', '--strict'], { cwd })).toMatchObject({ code: 1 });
  });

  test('wrong command lines', async () => {
    await files({ 'x.test.yaml': 'flow: ./x.yaml', 'sub/readme.md': '' });
    expect(await weir(['validate', 'x.test.yaml'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('weir test'),
    });
    expect(await weir(['validate', 'sub'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No flows in sub.'),
    });
    expect(await weir(['validate', 'nope'], { cwd })).toMatchObject({ code: 2 });
    expect(await weir(['validate', '--format', 'xml'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed choices are text, json, sarif, github'),
    });
  });

  test('loads no Temporal and no HTTP client', async () => {
    const sources = await importsOf(join(import.meta.dirname, 'main.ts'));
    const validate = await importsOf(join(import.meta.dirname, 'commands/validate.ts'));
    const packages = [...sources, ...validate].filter((name) => /^(@temporalio|undici|nodemailer|hono|zod)/.test(name));
    expect(packages).toEqual([]);
    expect(validate).toContain('js-yaml');
  });
});

/** Packages reached from a module by static imports, types left out. */
async function importsOf(entry: string): Promise<readonly string[]> {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const source = path.endsWith('.ts') ? await readFile(path, 'utf8') : '';
    for (const [, target = ''] of source.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gm)) {
      if (target.startsWith('.')) open.push(join(dirname(path), target));
      else packages.add(target);
    }
  }
  return [...packages];
}

describe('graph and schema', () => {
  test('mermaid and JSON', async () => {
    await files({ 'f.yaml': GOOD });
    const { code, stdout } = await weir(['graph', 'f.yaml'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toBe(
      'flowchart TD\n  n0(["hello"])\n  n1["greet<br/>log.write"]\n  n2(["end"])\n  n0 --> n1\n  n1 --> n2\n',
    );
    expect(JSON.parse((await weir(['graph', '-', '--format', 'json'], { cwd, stdin: GOOD })).stdout)).toMatchObject({
      flow: 'hello',
      nodes: [{}, { step: 'greet', line: 5 }, {}],
    });
  });

  test('a flow with errors is not drawn', async () => {
    await files({ 'f.yaml': BAD });
    expect(await weir(['graph', 'f.yaml'], { cwd })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('f.yaml has errors.'),
    });
  });

  test('the schema, printed and written', async () => {
    const printed = await weir(['schema'], { cwd });
    expect(JSON.parse(printed.stdout)).toHaveProperty('$schema');
    await weir(['schema', '--out', 's.json'], { cwd });
    expect(await readFile(join(cwd, 's.json'), 'utf8')).toBe(printed.stdout);
  });
});

describe('run and dev, with an environment of their own', () => {
  async function started(): Promise<{
    options: StartDevOptions[];
    closed: () => number;
    startDev: (options: StartDevOptions) => Promise<DevServer>;
  }> {
    const options: StartDevOptions[] = [];
    let closed = 0;
    const server = await fakeServer({
      'POST /flows/hello/execute': (_, response) => answer(response, { execution_id: 'e1' }, 202),
      'GET /executions/e1/events': (_, response) =>
        stream(response, [
          { id: '0.1', type: 'execution.completed', time: '1970-01-01T00:00:00.001Z', output: { said: 'hello Ada' } },
        ]),
      'GET /executions/e1': (_, response) =>
        answer(response, { execution_id: 'e1', status: 'completed', output: { said: 'hello Ada' }, error: null }),
    });
    return {
      options,
      closed: () => closed,
      startDev: async (given) => {
        options.push(given);
        given.log('starting');
        return { url: server.url, uiUrl: null, close: async () => ((closed += 1), server.close()) };
      },
    };
  }

  test('run starts one for the folder of the flow, and closes it', async () => {
    await files({ 'flows/hello.yaml': GOOD });
    const dev = await started();
    const { code, stdout } = await weir(
      ['run', 'flows/hello.yaml', '--ephemeral', '--input', '@in.json', '--state', 'st'],
      { cwd: await withInput(), services: { startDev: dev.startDev } },
    );
    expect({ code, output: JSON.parse(stdout) }).toEqual({ code: 0, output: { said: 'hello Ada' } });
    expect(dev.options).toMatchObject([
      { flowsDir: join(cwd, 'flows'), port: 0, ephemeral: true, stateDir: join(cwd, 'st') },
    ]);
    expect(dev.closed()).toBe(1);
  });

  async function withInput(): Promise<string> {
    await files({ 'in.json': '{"name": "Ada"}' });
    return cwd;
  }

  test('a flow with errors starts nothing', async () => {
    await files({ 'f.yaml': BAD });
    const dev = await started();
    expect((await weir(['run', 'f.yaml'], { cwd, services: { startDev: dev.startDev } })).code).toBe(1);
    expect(dev.options).toEqual([]);
  });

  test('it is closed when the start fails, too', async () => {
    await files({ 'f.yaml': GOOD.replace('flow: hello', 'flow: other') });
    const dev = await started();
    expect((await weir(['run', 'f.yaml'], { cwd, services: { startDev: dev.startDev } })).code).toBe(1);
    expect(dev.closed()).toBe(1);
  });

  test('dev runs until a signal comes', async () => {
    const dev = await started();
    let interrupt: () => void = () => undefined;
    const { code, stdout } = await weir(['dev', '--flows', '.', '--port', '0'], {
      cwd,
      services: { startDev: dev.startDev },
      onStart: (signal) => (interrupt = signal),
      onText: (text) => text.includes('Ctrl-C') && interrupt(),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+/m);
    expect(dev.options).toMatchObject([{ flowsDir: cwd, port: 0, ephemeral: false }]);
    expect(dev.closed()).toBe(1);
  });

  test('a start that fails is told as it is, not as a defect', async () => {
    const startDev = (): Promise<never> => Promise.reject(new Error('Port 8080 is taken.'));
    expect(await weir(['dev'], { cwd, services: { startDev } })).toMatchObject({
      code: 1,
      stderr: 'error Port 8080 is taken.\n',
    });
  });

  test.each([[['--flows', 'nope']], [['--port', '70000']], [['--port', 'x']]])('dev refuses %j', async (argv) => {
    expect((await weir(['dev', ...argv], { cwd })).code).toBe(2);
  });
});
