import { chmod, mkdtemp, readFile, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { weir, type FakeOptions } from './testing/fake-io.ts';
import { answer, type FakeServer, fakeServer, type Handler, problem } from './testing/fake-server.ts';

const TOKEN = 'weir_0000000000000000000000_secretsecretsecretsecretsecretsecretsecrets';
const me = {
  id: 'token:1',
  kind: 'token',
  name: 'ci',
  organisation: 'default',
  grants: [{ role: 'admin', on: { kind: 'all' } }],
};

let home = '';
let servers: FakeServer[] = [];
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'weir-login-'))));
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  await rm(home, { recursive: true });
});

const asksWho: Handler = (request, response) =>
  request.headers.authorization === `Bearer ${TOKEN}`
    ? answer(response, me)
    : problem(response, {
        status: 401,
        code: 'unauthenticated',
        detail: `no: ${request.headers.authorization ?? ''}`,
        request_id: 'r',
      });

async function serve(handlers: Readonly<Record<string, Handler>> = {}): Promise<FakeServer> {
  const server = await fakeServer({ 'GET /me': asksWho, ...handlers });
  servers.push(server);
  return server;
}
const config = (): string => join(home, 'weir', 'config.json');
const kept = async (): Promise<unknown> => JSON.parse(await readFile(config(), 'utf8'));
const cli = (argv: readonly string[], options: FakeOptions = {}) =>
  weir(argv, { ...options, env: { XDG_CONFIG_HOME: home, ...options.env } });
const bearers = (server: FakeServer): readonly (string | undefined)[] =>
  server.requests.map((request) => request.headers.authorization);

describe('login', () => {
  test('asks without echo, checks, and keeps it where only the owner reads it', async () => {
    const server = await serve();
    const asked: string[] = [];
    const prompter = { secret: async (question: string) => (asked.push(question), TOKEN), confirm: async () => null };
    const run = await cli(['login', server.url, '--context', 'prod'], { prompter });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('You are ci of default') });
    expect(run.stdout + run.stderr).not.toContain(TOKEN);
    expect(asked).toEqual(['Token']);
    expect(await kept()).toEqual({ current: 'prod', contexts: { prod: { url: server.url, token: TOKEN } } });
    expect((await stat(config())).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'weir'))).mode & 0o777).toBe(0o700);
  });

  test('takes the token from standard input, and uses it from then on', async () => {
    const server = await serve({ 'GET /executions': (_, response) => answer(response, { items: [], next: null }) });
    expect((await cli(['login', server.url, '--token', '-'], { stdin: `${TOKEN}\n` })).code).toBe(0);
    expect((await cli(['executions'])).code).toBe(0);
    expect(bearers(server).at(-1)).toBe(`Bearer ${TOKEN}`);
    const { stdout } = await cli(['whoami']);
    expect(stdout).toMatch(/^ci token:1\norganisation default\nmay admin on everything\n/);
    expect(stdout).not.toContain(TOKEN);
  });

  test.each([
    ['a token on the command line', ['--token', TOKEN], {}, 2],
    ['nobody to ask', [], {}, 2],
    ['Ctrl-C', [], { prompter: { secret: async () => null, confirm: async () => null } }, 130],
    ['a refused token', ['--token', '-'], { stdin: 'weir_wrong' }, 7],
    ['a cut token', ['--token', '-'], { stdin: 'weir\u001b[31m' }, 2],
    ['an empty input', ['--token', '-'], { stdin: '\n' }, 2],
    ['a name that is none', ['--token', '-', '--context', '../x'], { stdin: TOKEN }, 2],
  ])('keeps nothing for %s', async (_, argv, options, code) => {
    const server = await serve();
    const run = await cli(['login', server.url, ...argv], options);
    expect(run.code).toBe(code);
    expect(run.stdout + run.stderr).not.toContain('weir_');
    await expect(kept()).rejects.toThrow('ENOENT');
  });

  test('a server without identities is kept without a token', async () => {
    const server = await serve({
      'GET /me': (_, response) => problem(response, { status: 404, code: 'no_store', detail: 'none', request_id: 'r' }),
    });
    expect((await cli(['login', server.url])).code).toBe(0);
    expect(await kept()).toEqual({ current: 'local', contexts: { local: { url: server.url, token: null } } });
  });

  test.each(['ftp://x', 'https://user:hunter2@host', 'https://', 'http://a b'])(
    'refuses the address %s and does not repeat it',
    async (url) => {
      const run = await cli(['login', url]);
      expect(run.code).toBe(2);
      expect(run.stderr).not.toContain('hunter2');
    },
  );

  test("a server that sends elsewhere gets nobody's token there", async () => {
    const other = await serve();
    const server = await serve({
      'GET /me': (_, response) => void response.writeHead(307, { location: `${other.url}/me` }).end(),
    });
    expect(await cli(['login', server.url, '--token', '-'], { stdin: TOKEN })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sends elsewhere'),
    });
    expect(other.requests).toEqual([]);
  });
});

describe('which server, and which token', () => {
  const list: Readonly<Record<string, Handler>> = {
    'GET /executions': (_, response) => answer(response, { items: [], next: null }),
  };
  async function two(): Promise<[FakeServer, FakeServer]> {
    const pair: [FakeServer, FakeServer] = [await serve(list), await serve(list)];
    const contexts = { one: { url: pair[0].url, token: 'token-one' }, two: { url: pair[1].url, token: 'token-two' } };
    await mkdir(join(home, 'weir'), { mode: 0o700 });
    await writeFile(config(), JSON.stringify({ current: 'one', contexts }), { mode: 0o600 });
    return pair;
  }

  test('the current context, then WEIR_CONTEXT, WEIR_URL, --context, --server', async () => {
    const [one, two_] = await two();
    await cli(['executions']);
    await cli(['executions', '--context', 'one'], { env: { WEIR_URL: two_.url } });
    await cli(['executions', '--server', `${one.url}/`], { env: { WEIR_URL: two_.url } });
    expect(bearers(one)).toEqual(['Bearer token-one', 'Bearer token-one', 'Bearer token-one']);
    await cli(['executions'], { env: { WEIR_CONTEXT: 'two' } });
    await cli(['executions'], { env: { WEIR_URL: two_.url } });
    expect(bearers(two_)).toEqual(['Bearer token-two', 'Bearer token-two']);
  });

  test('the token of a context goes to no other server', async () => {
    await two();
    const other = await serve(list);
    await cli(['executions', '--server', other.url]);
    await cli(['executions'], { env: { WEIR_URL: other.url } });
    expect(bearers(other)).toEqual([undefined, undefined]);
    expect((await cli(['executions', '--server', other.url, '--context', 'one'])).code).toBe(2);
    expect(other.requests).toHaveLength(2);
  });

  test('WEIR_TOKEN goes before the token of the context, but not to a context beside WEIR_URL', async () => {
    const [one, second] = await two();
    await cli(['executions'], { env: { WEIR_TOKEN: 'env' } });
    await cli(['executions', '--context', 'one'], { env: { WEIR_TOKEN: 'env', WEIR_URL: second.url } });
    expect(bearers(one)).toEqual(['Bearer env', 'Bearer token-one']);
  });

  test('a refused token is told by where it is from', async () => {
    const [one] = await two();
    const run = await cli(['whoami']);
    expect(run).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(`${one.url} refuses the token of the context one`),
    });
    expect(await cli(['executions', 'e1'], { env: { WEIR_TOKEN: 'weir\nx' } })).toMatchObject({
      code: 2,
      stderr: expect.not.stringContaining('weir\nx'),
    });
  });

  test('a token that the server repeats is not printed', async () => {
    const server = await serve({ 'GET /executions': asksWho });
    const run = await cli(['executions'], { env: { WEIR_URL: server.url, WEIR_TOKEN: 'hunter2hunter2' } });
    expect(run.code).toBe(7);
    expect(run.stderr).toContain('no: Bearer …');
    expect(run.stderr).not.toContain('hunter2');
  });

  test('contexts are listed without tokens, changed and forgotten', async () => {
    await two();
    const { stdout } = await cli(['contexts']);
    expect(stdout).toMatch(/^\*\s+one\s+http/m);
    expect(stdout).not.toContain('token-one');
    expect(JSON.parse((await cli(['contexts', '--json'])).stdout)).toMatchObject([
      { name: 'one', current: true, logged_in: true },
      { name: 'two', current: false },
    ]);
    expect((await cli(['contexts', '--names'])).stdout).toBe('one\ntwo\n');
    expect((await cli(['contexts', 'use', 'two'])).code).toBe(0);
    expect((await cli(['logout'])).code).toBe(0);
    expect(await kept()).toMatchObject({
      current: 'two',
      contexts: { two: { token: null }, one: { token: 'token-one' } },
    });
    expect((await cli(['contexts', 'remove', 'two'])).code).toBe(0);
    expect(await kept()).toMatchObject({ current: null, contexts: { one: {} } });
    for (const name of ['two', 'constructor', '__proto__']) expect((await cli(['contexts', 'use', name])).code).toBe(2);
    expect((await cli(['executions', '--context', 'two'])).code).toBe(2);
  });

  test('a config that others can read is refused, and so is one that is damaged; neither is printed', async () => {
    await two();
    await chmod(config(), 0o644);
    const open = await cli(['executions']);
    expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('chmod 600') });
    await chmod(config(), 0o600);
    for (const text of [
      '{"contexts": {"a": {"url": "nope", "token": "hunter2"}}}',
      '{hunter2',
      '{"contexts": {"__proto__": {"url": "http://x"}}}',
    ]) {
      await writeFile(config(), text);
      const run = await cli(['executions']);
      expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a file of contexts') });
      expect(run.stderr).not.toContain('hunter2');
    }
  });
});
