// The commands against the API itself, on a database.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createRegistry } from '../adapters/registry.ts';
import { type FakeOptions, weir } from './testing/fake-io.ts';
import { type RealServer, realServer } from './testdata/real-server.ts';

let server: RealServer;
let room = '';
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'weir-cli-real-'));
  const registry = await createRegistry();
  server = await realServer({ maintenanceUrl: inject('databaseUrl'), codedAdapters: registry.manifests });
  await registry.close();
  for (const folder of ['seeds', 'shop'])
    await cp(join('examples', folder), join(room, 'examples', folder), { recursive: true });
});
afterAll(async () => {
  await server.close();
  await rm(room, { recursive: true });
});

const cli = (argv: readonly string[], options: FakeOptions = {}) =>
  weir(argv, { cwd: room, ...options, env: { XDG_CONFIG_HOME: room, ...options.env } });
const json = async (argv: readonly string[], options: FakeOptions = {}): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse((await cli([...argv, '--json'], options)).stdout);

test('log in, push, deploy, roll back, pull', async () => {
  expect(await cli(['flows', '--server', server.url])).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('weir login'),
  });
  expect(
    await cli(['login', server.url, '--token', '-'], { stdin: `${server.ownerToken.slice(0, -1)}x` }),
  ).toMatchObject({ code: 7 });
  expect(await cli(['login', server.url, '--token', '-'], { stdin: server.ownerToken })).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect((await cli(['whoami'])).stdout).toMatch(
    /^owner token:.*\norganisation default\nmay admin on everything\nmay auditor on everything\n/,
  );

  const plan = await cli(['push', 'examples']);
  expect(plan).toMatchObject({ code: 10, stderr: expect.stringContaining('--yes') });
  expect(plan.stdout).toMatch(
    /^\+ adapter .*\n[^]*\+ action catalogue 1 examples\/seeds\/actions\.yaml\n[^]*\+ flow customer-support 1\.0\.0 examples\/seeds\/customer-support\.flow\.yaml\n/,
  );
  expect(await json(['flows'])).toEqual([]);
  const pushed = await cli(['push', 'examples', '--yes']);
  expect(pushed.code, pushed.stdout + pushed.stderr).toBe(0);
  expect(await cli(['push', 'examples'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });
  expect((await json(['flows'])).map((flow: { flow: string }) => flow.flow)).toContain('customer-support');

  const file = join(room, 'examples/seeds/customer-support.flow.yaml');
  const before = await readFile(file, 'utf8');
  const after = before.replace(/^steps:/m, 'title: Support\nsteps:');
  await writeFile(file, after);
  expect((await cli(['diff', 'examples/seeds/customer-support.flow.yaml'])).stdout).toMatch(
    /^\+title: Support$[^]*added {4}title$/m,
  );
  expect((await cli(['push', 'examples', '--yes'])).stdout).toContain('~ flow customer-support 1.0.0 → 1.0.1');
  expect(await cli(['diff', 'customer-support', '--exit-code'])).toMatchObject({
    code: 10,
    stdout: expect.stringMatching(/^--- customer-support@1\.0\.0/),
  });

  expect((await cli(['deploy', 'customer-support@1.0.0', '--env', 'dev'])).stdout).toBe(
    '✓ customer-support in dev: 1.0.0 (revision 1)\n',
  );
  expect((await cli(['deploy', 'customer-support', '--env', 'dev'])).stdout).toBe(
    '✓ customer-support in dev: 1.0.1 (revision 2)\n',
  );
  expect((await cli(['deploy', 'customer-support', '--env', 'dev'])).stdout).toContain(', as before');
  expect(
    (await cli(['deploy', 'customer-support', '--env', 'dev', '--split', '1.0.0=9,1.0.1=1', '--comment', 'try']))
      .stdout,
  ).toContain('1.0.0 90 %, 1.0.1 10 %');
  expect((await cli(['rollback', 'customer-support', '--env', 'dev'])).stdout).toContain(
    '1.0.1 (revision 4, as revision 2)',
  );
  expect((await cli(['rollback', 'customer-support', '--env', 'dev', '--to', '1'])).stdout).toContain(
    '1.0.0 (revision 5, as revision 1)',
  );
  expect((await cli(['deployments', 'customer-support', '--env', 'dev'])).stdout.split('\n')).toHaveLength(7);
  expect(await json(['deployments'])).toMatchObject([{ flow: 'customer-support', environment: 'dev', revision: 5 }]);
  expect((await cli(['flows', 'customer-support'])).stdout).toContain('runs in dev: 1.0.0\n');
  expect((await cli(['undeploy', 'customer-support', '--env', 'dev'])).stdout).toContain('dev: nothing (revision 6)');
  expect(await cli(['deploy', 'nope', '--env', 'dev'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('weir flows'),
  });
  expect(await cli(['deploy', 'customer-support', '--env', 'moon'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('weir environments'),
  });

  expect((await cli(['pull', 'out'])).code).toBe(0);
  expect(await readFile(join(room, 'out/customer-support.flow.yaml'), 'utf8')).toBe(after);
  expect(await readdir(join(room, 'out/adapters'))).toContain('stripe.yaml');
  await writeFile(join(room, 'out/customer-support.flow.yaml'), before);
  expect((await cli(['pull', 'out'])).stdout).toContain('~ out/customer-support.flow.yaml');
  await writeFile(join(room, 'out/customer-support.flow.yaml'), `${before}# mine\n`);
  expect((await cli(['pull', 'out'])).code).toBe(9);
  expect((await cli(['push', 'out'])).code).toBe(10);
  expect((await cli(['pull', 'out', '--force'])).code).toBe(0);
  expect((await cli(['push', 'out'])).code).toBe(0);
});

test('prune archives what the folder has not, and names it', async () => {
  await writeFile(join(room, 'out', 'extra.flow.yaml'), 'flow: extra\nsteps:\n  - wait: 1s\n');
  expect((await cli(['push', 'out', '--yes'])).code).toBe(0);
  await rm(join(room, 'out', 'extra.flow.yaml'));
  expect((await cli(['push', 'out'])).stdout).toContain('flows only on the server, they stay: extra');
  const pruned = await cli(['push', 'out', '--prune', '--yes']);
  expect(pruned).toMatchObject({ code: 0, stdout: expect.stringMatching(/^- flow extra/m) });
  expect((await json(['flows'])).map((flow: { flow: string }) => flow.flow)).not.toContain('extra');
});

test('a broken flow is shown in its place, and nothing else is stored', async () => {
  await writeFile(join(room, 'broken.flow.yaml'), 'flow: broken\nsteps:\n  - wait: soon\n');
  await writeFile(join(room, 'good.flow.yaml'), 'flow: good\nsteps:\n  - wait: 1s\n');
  const run = await cli(['push', 'broken.flow.yaml', 'good.flow.yaml', '--yes']);
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(/broken\.flow\.yaml:3:\d+ error WEIR\d{4}[^]*> 3 \|/);
  expect(await cli(['flows', 'good'])).toMatchObject({ code: 1 });
});

test('tokens do what they may, and nothing once they are revoked', async () => {
  const made = await cli(['tokens', 'create', 'reader', '--role', 'viewer', '--expires', '1d']);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^weir_\S+\n$/) });
  const secret = made.stdout.trim();
  const env = { WEIR_TOKEN: secret };
  expect((await cli(['flows'], { env })).code).toBe(0);
  expect(await cli(['push', 'good.flow.yaml', '--yes'], { env })).toMatchObject({ code: 8 });
  expect(await cli(['tokens', 'create', 'more', '--role', 'admin'], { env })).toMatchObject({
    code: 8,
    stderr: expect.stringContaining('weir whoami'),
  });
  const list = await cli(['tokens']);
  expect(list.stdout).not.toContain(secret);
  const [token] = await json(['tokens']);
  expect(token).toMatchObject({ name: 'reader', grants: [{ role: 'viewer', on: { kind: 'all' } }] });
  expect((await cli(['tokens', 'revoke', token.id])).code).toBe(0);
  const refused = await cli(['flows'], { env });
  expect(refused).toMatchObject({ code: 7, stderr: expect.stringContaining('The token is that of WEIR_TOKEN') });
  expect(refused.stderr).not.toContain(secret);
  expect((await cli(['tokens', 'create', 'x', '--role', 'viewer', '--expires', 'soon'])).code).toBe(1);
});

test('grants, organisations, environments, templates, clones', async () => {
  expect((await cli(['grants', 'give', '--group', 'ops', '--role', 'operator', '--category', 'support'])).code).toBe(0);
  const [grant] = await json(['grants']);
  expect(grant).toMatchObject({ subject: { kind: 'group', id: 'ops' }, role: 'operator' });
  expect((await cli(['grants', 'take', grant.id])).code).toBe(0);
  expect(await json(['grants'])).toEqual([]);
  const org = await cli(['orgs', 'create', 'acme', '--title', 'Acme']);
  expect(org).toMatchObject({ code: 0, stdout: expect.stringMatching(/^weir_\S+\n$/) });
  expect(await json(['flows'], { env: { WEIR_TOKEN: org.stdout.trim() } })).toEqual([]);
  expect((await json(['orgs'])).map((one: { id: string }) => one.id).sort()).toEqual(['acme', 'default']);
  expect(await json(['users'])).toEqual([]);

  expect(
    (await cli(['environments', 'set', 'prod', '--promotes-from', 'staging', '--config', '{"region": "eu"}'])).code,
  ).toBe(0);
  expect(await json(['environments', 'show', 'prod'])).toMatchObject({
    promotes_from: 'staging',
    config: { region: 'eu' },
  });
  expect(await cli(['deploy', 'customer-support', '--env', 'prod'])).toMatchObject({ code: 9 });

  await writeFile(join(room, 't.yaml'), 'flow: t\nsteps:\n  - wait: "{{time}}"\n');
  const schema = '{"type": "object", "properties": {"time": {"type": "string"}}, "required": ["time"]}';
  expect((await cli(['templates', 'create', 'pause', 't.yaml', '--parameters', schema])).code).toBe(0);
  expect((await cli(['templates'])).stdout).toMatch(/^pause\s+time$/m);
  expect(
    (await cli(['templates', 'use', 'pause', '--flow', 'short-pause', '--parameters', '{"time": "1s"}'])).stdout,
  ).toContain('short-pause 1.0.0');
  expect((await cli(['templates', 'show', 'pause', '--source'])).stdout).toContain('{{time}}');
  expect((await cli(['clone', 'short-pause', 'other-pause'])).code).toBe(0);
  expect((await cli(['clone', 'short-pause', 'other-pause'])).code).toBe(9);
  expect((await cli(['archive', 'other-pause'])).code).toBe(10);
  expect((await cli(['archive', 'other-pause', '--yes'])).code).toBe(0);
  expect((await cli(['flows', 'other-pause'])).code).toBe(1);
  expect((await cli(['flows', 'other-pause', '--archived'])).code).toBe(0);
  expect((await cli(['templates', 'delete', 'pause'])).code).toBe(0);
});
