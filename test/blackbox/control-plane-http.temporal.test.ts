// How the API behaves as HTTP, and the CLI as its users call it, against one composed server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flowSource, setting, useControlPlane, WAITING } from './control-plane.ts';

const plane = useControlPlane();

/** What comes back for these bytes. */
async function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(plane().url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(5_000, () => socket.destroy());
  socket.end(request);
  return text(socket);
}

test.each([
  ['/flows/', 404],
  ['/FLOWS', 404],
  ['/flows%00', 404],
  ['/flows/..%2ftokens', 400],
  ['/flows/%ff', 400],
  ['/executions/one', 400],
  ['/docs/assets/..%2f..%2fpackage.json', 400],
  ['/flows?q=%00', 400],
  ['/flows?limit=1&limit=2', 400],
  ['/flows?__proto__=1', 400],
])('GET %s is %i and a problem', async (path, status) => {
  const answer = await plane().call('GET', path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
});

test.each([
  ['a foreign Host', 'GET /me HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n', 421],
  [
    'a host that only begins like ours',
    'GET /me HTTP/1.1\r\nhost: localhost.evil.example\r\nconnection: close\r\n\r\n',
    421,
  ],
  [
    'an absolute foreign address',
    'GET http://evil.example/me HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    421,
  ],
  ['no Host', 'GET /me HTTP/1.1\r\n\r\n', 400],
  [
    'length and chunks',
    'POST /flows HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['headers of 20 KB', `GET /me HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  [
    'two Authorizations',
    'GET /me HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\nconnection: close\r\n\r\n',
    401,
  ],
  ['bytes of TLS', '\x16\x03\x01\x02\x00\x01', 400],
])('%s is answered %#', async (_, request, status) => {
  const answer = await raw(request);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('application/problem+json');
});

test.each([
  ['', 202, undefined],
  ['{', 400, 'invalid_json'],
  ['{"input":{}}x', 400, 'invalid_json'],
  ['{"Input":{}}', 400, 'invalid_request'],
  [`{"input":${'['.repeat(300)}${']'.repeat(300)}}`, 400, 'invalid_json'],
  ['{"environment":"../x"}', 400, 'invalid_request'],
])('the body %s of a start', async (body, status, code) => {
  const { flow, call } = plane();
  const answer = await call('POST', `/flows/${await flow('body')}/execute`, body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test.each([
  ['text/json', {}],
  ['application/yaml', {}],
  ['application/json, text/plain', {}],
  ['application/json', { 'content-encoding': 'gzip' }],
])('%s %j is 415', async (type, more) => {
  const { call, flow } = plane();
  const answer = await call('POST', `/flows/${await flow('type')}/execute`, '{}', { 'content-type': type, ...more });
  expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
});

test('HEAD is GET without a body, OPTIONS names the methods, others are 405', async () => {
  const { call } = plane();
  expect(await call('HEAD', '/flows')).toMatchObject({ status: 200, text: '' });
  expect((await call('HEAD', '/flows/nope')).status).toBe(404);
  const options = await call('OPTIONS', '/flows');
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
  expect((await call('PATCH', '/flows')).body.code).toBe('method_not_allowed');
});

test('no page of another origin gets in, and none is told that it may', async () => {
  const { call } = plane();
  const preflight = await call('OPTIONS', '/flows', undefined, { origin: 'https://evil.example' });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  expect((await call('POST', '/flows/x/execute', {}, { origin: 'https://evil.example' })).body.code).toBe(
    'foreign_origin',
  );
});

test('conditional reads: 304 until it changes', async () => {
  const { flow, store, call } = plane();
  const name = await flow('etag');
  const etag = (await call('GET', `/flows/${name}`)).headers.get('etag') ?? '';
  for (const match of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
    expect((await call('GET', `/flows/${name}`, undefined, { 'if-none-match': match })).status, match).toBe(304);
  await store('PUT', flowSource(name, setting(2)));
  expect((await call('GET', `/flows/${name}`, undefined, { 'if-none-match': etag })).status).toBe(200);
});

test('an Idempotency-Key replays one request and no other, for one caller', async () => {
  const { flow, name, call, token } = plane();
  const original = await flow('keyed');
  const key = { 'idempotency-key': name('key') };
  const clone = (copy: string, headers = {}) =>
    call('POST', `/flows/${original}/clone`, { name: copy }, { ...key, ...headers });
  const copy = name('copy');
  const [first, again] = [await clone(copy), await clone(copy)];
  expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await clone(name('copy'))).body.code).toBe('idempotency_conflict');
  expect((await call('DELETE', `/flows/${original}`, undefined, key)).body.code).toBe('idempotency_conflict');
  const other = await token([{ role: 'admin', on: { kind: 'all' } }]);
  expect((await clone(name('copy'), other.as)).status).toBe(201);
});

test('an answer with a secret is not kept for its key', async () => {
  const { call, name } = plane();
  const key = { 'idempotency-key': name('key') };
  const make = () => call('POST', '/tokens', { name: 'k', grants: [{ role: 'viewer', on: { kind: 'all' } }] }, key);
  expect([(await make()).status, (await make()).body.code]).toEqual([201, 'answer_not_kept']);
});

describe('weir', () => {
  const PROGRAM = fileURLToPath(new URL('../../bin/weir.mjs', import.meta.url));
  let folder = '';
  let secret = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-cli-'));
    ({ secret } = await plane().token([{ role: 'admin', on: { kind: 'all' } }]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function weir(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', WEIR_URL: plane().url, WEIR_TOKEN: secret, XDG_CONFIG_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: Number(code), out, err };
  }

  test('push shows a plan, stores with --yes, removes nothing, and refuses a broken folder whole', async () => {
    const name = plane().name('pushed');
    const file = join(folder, `${name}.flow.yaml`);
    writeFileSync(file, flowSource(name));
    expect((await weir('push', '.')).code).toBe(10);
    expect((await plane().call('GET', `/flows/${name}`)).status).toBe(404);
    expect((await weir('push', '.', '--yes')).code).toBe(0);
    writeFileSync(file, flowSource(name, setting(2)));
    const broken = join(folder, 'broken.flow.yaml');
    writeFileSync(broken, 'flow: [');
    expect(await weir('push', '.', '--yes')).toMatchObject({ code: 1 });
    expect((await plane().call('GET', `/flows/${name}`)).body.version).toBe('1.0.0');
    rmSync(broken);
    rmSync(file);
    writeFileSync(join(folder, 'other.flow.yaml'), flowSource('other'));
    expect((await weir('push', '.', '--yes')).code).toBe(0);
    expect((await plane().call('GET', `/flows/${name}`)).status).toBe(200);
  });

  test('pull does not write over work', async () => {
    const name = await plane().flow('pulled');
    const into = join(folder, 'pulled');
    const file = join(into, `${name}.flow.yaml`);
    expect((await weir('pull', into, '--search', name)).code).toBe(0);
    writeFileSync(file, flowSource(name, setting(77)));
    expect((await weir('pull', into, '--search', name)).code).toBe(9);
    expect(readFileSync(file, 'utf8')).toContain('77');
    expect((await weir('pull', into, '--search', name, '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('77');
  });

  test('an execution from the start to the end, each with its exit code', async () => {
    const name = await plane().flow('steered', WAITING);
    const started = await weir('run', name, '--detach', '--json');
    const { execution_id: id } = JSON.parse(started.out);
    await plane().reaches(id, 'waiting');
    for (const [code, ...args] of [
      [1, 'decide', id, 'gate', '--approve'],
      [0, 'signal', id, 'go'],
    ] as const)
      expect((await weir(...args)).code, args.join(' ')).toBe(code);
    await plane().reaches(id, 'completed');
    expect((await weir('cancel', id)).code).toBeGreaterThan(0);
  });

  test.each([
    [2, ['nosuch']],
    [2, ['deploy', 'x', '--env', 'prod', '--split', '1.0.0']],
    [1, ['flows', 'nope']],
    [1, ['tokens', 'revoke', 'nope']],
    [3, ['flows', '--server', 'http://127.0.0.1:9']],
    [2, ['audit', 'verify', '/nowhere']],
  ])('ends with %i for %j', async (code, args) => {
    const ended = await weir(...args);
    expect([ended.code, ended.out]).toEqual([code, '']);
    expect(ended.err).toMatch(/^error /);
  });

  test('verify holds for an export as it is, and for nothing else', async () => {
    await plane().flow('exported');
    const file = join(folder, 'audit.jsonl');
    const whole = (await weir('audit', 'export')).out;
    const lines = whole.split('\n');
    const [header = '', first = '', second = '', ...others] = lines;
    const verdict = async (content: string): Promise<string> => {
      writeFileSync(file, content);
      const { code, out } = await weir('audit', 'verify', file, '--json');
      const { ok, fault } = JSON.parse(out);
      expect(code).toBe(ok ? 0 : 1);
      return ok ? 'holds' : (fault.kind ?? fault.verdict ?? fault.what ?? JSON.stringify(fault));
    };
    expect(await verdict(whole)).toBe('holds');
    for (const [what, content] of Object.entries({
      doubled: [header, first, first, second, ...others].join('\n'),
      crlf: whole.replaceAll('\n', '\r\n'),
      bom: `\ufeff${whole}`,
      tail: `${lines.slice(0, -2).join('\n')}\n`,
      empty: '',
      appended: `${whole}{}\n`,
    }))
      expect(await verdict(content), what).not.toBe('holds');
  });
});
