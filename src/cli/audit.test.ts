import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointLine, signCheckpoint } from '../audit/checkpoint.ts';
import { createSigner, generateSigningKey } from '../audit/signer.ts';
import { sampleChain, sampleExport, signer } from '../audit/testdata/sample-export.ts';
import { serving } from './testdata/serving.ts';
import { weir } from './testing/fake-io.ts';
import { answer } from './testing/fake-server.ts';

const { serve } = serving();
const chain = sampleChain(6);
const text = `${sampleExport(chain).join('\n')}\n`;
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'weir-cli-audit-'));
  await writeFile(join(cwd, 'a.jsonl'), text);
  await writeFile(join(cwd, 'pub.pem'), signer.publicKeyPem);
  await writeFile(join(cwd, 'other.pem'), createSigner({ privateKeyPem: generateSigningKey() }).publicKeyPem);
  const at = '2025-12-30T00:00:00.000Z';
  const kept = [...chain.slice(0, 2), { seq: 9, hash: 'a'.repeat(64) }].map(({ seq, hash }) =>
    checkpointLine(signCheckpoint(signer, { organisation: 'default', seq, hash, at })),
  );
  await writeFile(join(cwd, 'kept.jsonl'), `${kept.slice(0, 2).join('\n')}\n`);
  await writeFile(join(cwd, 'ahead.jsonl'), `${kept.join('\n')}\n`);
});
afterAll(() => rm(cwd, { recursive: true }));

describe('audit verify', () => {
  test('holds, offline, and says what it rests on', async () => {
    const { code, stdout, stderr } = await weir(['audit', 'verify', 'a.jsonl'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ 6 records of default hold, up to record 6/);
    expect(stderr).toContain('rests on the key in the file itself');
  });

  test('with key and checkpoints it says no such thing', async () => {
    const argv = ['audit', 'verify', 'a.jsonl', '--key', 'pub.pem', '--checkpoints', 'kept.jsonl'];
    const { code, stdout, stderr } = await weir(argv, { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('2 checkpoints kept outside agree');
  });

  test('from standard input, as JSON', async () => {
    const { code, stdout } = await weir(['audit', 'verify', '-', '--json'], { cwd, stdin: text });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, records: 6, fault: null, trusted_key: false });
  });

  test.each([
    ['a changed byte', text.replace('1.0.3', '1.0.4'), [], /✗ line 5, record 3, changed/],
    ['a cut tail', text.slice(0, -1), [], /✗ line \d+, tail_cut/],
    ['another key', text, ['--key', 'other.pem'], /foreign_key/],
    ['a database put back', text, ['--checkpoints', 'ahead.jsonl'], /record 9, rolled_back/],
  ])('%s: ends with 1 and names the place', async (_, content, options, said) => {
    await writeFile(join(cwd, 'b.jsonl'), content);
    const { code, stdout } = await weir(['audit', 'verify', 'b.jsonl', ...options], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(said);
  });

  test.each([
    [['no.jsonl'], /no\.jsonl can't be read: ENOENT/],
    [['a.jsonl', '--key', 'no.pem'], /no\.pem can't be read/],
    [['a.jsonl', '--key', 'a.jsonl'], /no Ed25519 public key/],
    [['a.jsonl', '--checkpoints', 'a.jsonl'], /line 1 is no checkpoint/],
    [['--key', 'pub.pem'], /are for a file/],
  ])('%j is a wrong command line', async (argv, said) => {
    const { code, stderr } = await weir(['audit', 'verify', ...argv], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });

  test('without a file the server checks its database', async () => {
    const options = await serve({
      'GET /audit/verify': (_, response) => answer(response, { ok: false, records: 4, faults: ['3: changed'] }),
    });
    expect(await weir(['audit', 'verify'], options)).toMatchObject({ code: 1, stdout: '✗ 3: changed\n' });
  });
});

describe('audit export', () => {
  const exporting = () =>
    serve({
      'GET /audit/export': (request, response) => {
        response.setHeader('content-type', 'application/jsonl');
        response.end(request.query['format'] === 'csv' ? 'seq,at\r\n' : text);
      },
    });

  test('prints what the server sends, byte for byte', async () => {
    const options = await exporting();
    expect(await weir(['audit', 'export'], options)).toMatchObject({ code: 0, stdout: text });
    expect((await weir(['audit', 'export', '--format', 'csv'], options)).stdout).toBe('seq,at\r\n');
    expect((await weir(['audit', 'export', '--format', 'odd'], options)).code).toBe(2);
  });

  test('a file is there only when it is whole', async () => {
    expect((await weir(['audit', 'export', '--out', 'c.jsonl'], { ...(await exporting()), cwd })).code).toBe(0);
    expect(await readFile(join(cwd, 'c.jsonl'), 'utf8')).toBe(text);
    const breaking = await serve({
      'GET /audit/export': (_, response) => {
        response.setHeader('content-length', '9999');
        response.write('{"format"');
        setTimeout(() => response.destroy(), 20);
      },
    });
    const { code, stderr } = await weir(['audit', 'export', '--out', 'd.jsonl'], { ...breaking, cwd });
    expect([code, stderr.includes('not whole')]).toEqual([3, true]);
    expect((await readdir(cwd)).filter((name) => name.startsWith('d.'))).toEqual([]);
  });
});

test('audit list: a table over pages, by filter', async () => {
  const item = (seq: number) => ({ ...chain[seq - 1], body: JSON.parse(chain[seq - 1]?.body ?? '') as unknown });
  const queries: unknown[] = [];
  const options = await serve({
    'GET /audit': (request, response) => {
      queries.push(request.query);
      answer(
        response,
        request.query['cursor'] === '5' ? { items: [item(4)], next: null } : { items: [item(6), item(5)], next: '5' },
      );
    },
  });
  const argv = ['audit', 'list', '--action', 'flow.update', '--actor', 'user:ada', '--since', '24h', '--limit', '3'];
  const { code, stdout } = await weir(argv, options);
  expect(code).toBe(0);
  expect(stdout).toMatch(/6\s+2023-11-14T22:13:20.000Z\s+Ada\s+flow.update\s+success\s+flow flow-6\s+version 1.0.6/);
  expect(stdout.trim().split('\n')).toHaveLength(4);
  expect(queries).toMatchObject([
    { action: 'flow.update', actor: 'user:ada', limit: '3' },
    { cursor: '5', limit: '1' },
  ]);
  expect(JSON.parse((await weir(['audit', '--json', '--limit', '2'], options)).stdout)).toHaveLength(2);
});
