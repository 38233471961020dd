import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeOptions, weir } from './testing/fake-io.ts';
import { answer, type Handler, problem, type SeenRequest } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;
const deployment = {
  id: 'd',
  flow: 'pay',
  environment: 'prod',
  revision: 3,
  versions: [{ version: '1.2.0', weight: 1 }],
  split_key: null,
  rolled_back_to: null,
  comment: null,
  created_at: '2026-01-01T00:00:00Z',
  created_by: 'user:ada',
  changed: true,
};
const split = {
  ...deployment,
  versions: [
    { version: '1.2.0', weight: 90 },
    { version: '1.3.0', weight: 10 },
  ],
  split_key: '$input.id',
  changed: false,
};
const respond =
  (body: unknown, status = 200): Handler =>
  (_, response) =>
    answer(response, body, status);
const bodies = (): unknown[] =>
  (room.server?.requests ?? []).map((request) => (request.body === '' ? null : JSON.parse(request.body)));
const first = (): SeenRequest | undefined => room.server?.requests[0];

describe('what runs where', () => {
  test.each<[readonly string[], string, unknown, unknown, string]>([
    [
      ['deploy', 'pay', '--env', 'prod'],
      'PUT /flows/pay/deployments/prod',
      { version: '*' },
      deployment,
      '✓ pay in prod: 1.2.0 (revision 3)\n',
    ],
    [
      ['deploy', 'pay@^1.2', '--env', 'prod', '--comment', 'fix'],
      'PUT /flows/pay/deployments/prod',
      { version: '^1.2', comment: 'fix' },
      deployment,
      '✓ pay in prod: 1.2.0 (revision 3)\n',
    ],
    [
      ['deploy', 'pay', '--env', 'prod', '--split', '1.2.0=90,1.3.0=10', '--key', '$input.id'],
      'PUT /flows/pay/deployments/prod',
      {
        versions: [
          { version: '1.2.0', weight: 90 },
          { version: '1.3.0', weight: 10 },
        ],
        split_key: '$input.id',
      },
      split,
      '✓ pay in prod: 1.2.0 90 %, 1.3.0 10 % by $input.id (revision 3), as before\n',
    ],
    [
      ['undeploy', 'pay', '--env', 'prod'],
      'DELETE /flows/pay/deployments/prod',
      null,
      { ...deployment, versions: [] },
      '✓ pay in prod: nothing (revision 3)\n',
    ],
    [
      ['rollback', 'pay', '--env', 'prod'],
      'POST /flows/pay/deployments/prod/rollback',
      {},
      { ...deployment, rolled_back_to: 1 },
      '✓ pay in prod: 1.2.0 (revision 3, as revision 1)\n',
    ],
    [
      ['rollback', 'pay', '--env', 'prod', '--to', '2'],
      'POST /flows/pay/deployments/prod/rollback',
      { to: 2 },
      deployment,
      '✓ pay in prod: 1.2.0 (revision 3)\n',
    ],
    [
      [
        'environments',
        'set',
        'prod',
        '--promotes-from',
        'none',
        '--runs-latest',
        'false',
        '--config',
        '{"a":1}',
        '--rank',
        '2',
      ],
      'PUT /environments/prod',
      { config: { a: 1 }, promotes_from: null, runs_latest: false, rank: 2 },
      { name: 'prod' },
      '✓ prod is set.\n',
    ],
    [
      ['clone', 'pay@1.2.0', 'pay-eu'],
      'POST /flows/pay/clone',
      { name: 'pay-eu', version: '1.2.0' },
      { flow: 'pay-eu', version: '1.0.0' },
      '✓ pay-eu 1.0.0, made from pay@1.2.0.\n',
    ],
    [['archive', 'pay', '--yes', '--force'], 'DELETE /flows/pay', null, null, '✓ Archived pay.\n'],
    [
      ['grants', 'give', '--group', 'support', '--role', 'operator', '--flow', 'pay'],
      'POST /grants',
      { role: 'operator', on: { kind: 'flow', flow: 'pay' }, subject: { kind: 'group', id: 'support' } },
      { id: 'g1', role: 'operator', on: { kind: 'flow', flow: 'pay' }, subject: { kind: 'group', id: 'support' } },
      '✓ group support is operator on the flow pay. Grant g1\n',
    ],
    [['grants', 'take', 'g1'], 'DELETE /grants/g1', null, null, '✓ Grant g1 is gone.\n'],
    [['tokens', 'revoke', 't1'], 'DELETE /tokens/t1', null, { id: 't1', name: 'ci' }, '✓ Revoked ci.\n'],
    [
      ['users', 'disable', 'user:ada', '--keep-tokens'],
      'POST /users/user%3Aada/disable',
      { revoke_tokens: false },
      { name: 'Ada' },
      '✓ Ada is refused from now on.\n',
    ],
    [
      ['templates', 'use', 'approval', '--flow', 'refund', '--parameters', '{"to":"x"}'],
      'POST /templates/approval/flows',
      { flow: 'refund', parameters: { to: 'x' } },
      { flow: 'refund', version: '1.0.0' },
      '✓ refund 1.0.0, made from the template approval.\n',
    ],
  ])('weir %j', async (argv, route, body, found, stdout) => {
    const options = await serve({
      [route]: found === null ? (_, response) => void response.writeHead(204).end() : respond(found),
    });
    expect(await weir(argv, options)).toEqual({ code: 0, stdout, stderr: '' });
    expect(bodies()).toEqual([body]);
    const json = await weir([...argv, '--json'], options);
    expect(JSON.parse(json.stdout)).toMatchObject(found === null ? {} : (found as object)); // a row's own answer
  });

  test.each([
    [['deploy', 'pay'], '--env is missing'],
    [['deploy', 'pay@', '--env', 'prod'], 'is not FLOW or FLOW@VERSION'],
    [['deploy', 'pay@1.0.0', '--env', 'prod', '--split', '1.0.0=1'], 'exclude each other'],
    [['deploy', 'pay', '--env', 'prod', '--key', '$input.id'], '--key goes with --split'],
    [['deploy', 'pay', '--env', 'prod', '--split', '1.0.0'], 'is not VERSION=WEIGHT'],
    [['deploy', 'pay', '--env', 'prod', '--split', '1.0.0=0'], 'is not VERSION=WEIGHT'],
    [['environments', 'set', 'prod'], 'Say what to set'],
    [['environments', 'set', 'prod', '--runs-latest', 'maybe'], 'Allowed choices are true, false'],
    [['tokens', 'create', 'ci'], '--role is missing'],
    [['tokens', 'create', 'ci', '--role', 'root'], 'There is no role "root"'],
    [['tokens', 'create', 'ci', '--role', 'admin', '--flow', 'a', '--category', 'b'], 'exclude each other'],
    [['tokens', 'creat', 'ci'], 'too many arguments'],
    [['grants', 'give', '--role', 'admin'], 'Say to whom'],
    [['executions', 'cancel'], 'Say which executions'],
    [['executions', 'cancel', '--all', '--expect', 'x'], '--expect takes a whole number'],
    [['executions', '--until', 'soon'], '--until takes a length of time'],
  ])('a wrong command line sends nothing: weir %j', async (argv, message) => {
    const { code, stderr } = await weir(argv, await serve({}));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(room.server?.requests).toEqual([]);
  });
});

describe('lists', () => {
  test('what runs where, and what ran before', async () => {
    const options = await serve({
      'GET /deployments': respond({ items: [split], next: null }),
      'GET /flows/pay/deployments/prod': respond({ current: split, items: [split, deployment], next: null }),
      'GET /flows/pay/outcomes': respond({
        items: [{ version: '1.2.0', count: 4, succeeded: 3, success_rate: 0.75, p50_ms: 1_500, p95_ms: null }],
        next: null,
      }),
    });
    expect((await weir(['deployments', '--env', 'prod'], options)).stdout).toMatch(
      /^pay\s+prod\s+1\.2\.0 90 %, 1\.3\.0 10 % by \$input\.id\s+3\s+2026/m,
    );
    expect(first()?.query).toMatchObject({ environment: 'prod' });
    expect((await weir(['deployments', 'pay', '--env', 'prod'], options)).stdout.split('\n')).toHaveLength(4);
    expect((await weir(['outcomes', 'pay'], options)).stdout).toMatch(/^1\.2\.0\s+4\s+3\s+75\.0 %\s+1\.5 s$/m);
  });

  test('a flow with its versions and deployments; a server of a folder has no deployments', async () => {
    const flow = {
      flow: 'pay',
      version: '1.2.0',
      title: 'Pay',
      description: 'Takes\nmoney.',
      category: 'shop',
      tags: ['eu'],
      status: 'valid',
      source: 'flow: pay\r\n\u0007',
      hash: 'abc',
    };
    const handlers: Record<string, Handler> = {
      'GET /flows/pay': respond(flow),
      'GET /flows/pay/versions': respond({
        items: [flow, { ...flow, version: '1.1.0', status: 'invalid' }],
        next: null,
      }),
    };
    const folder = await serve(handlers);
    expect((await weir(['flows', 'pay'], folder)).stdout).toMatch(
      /^pay 1\.2\.0 Pay\nTakes\nmoney\.\nshop #eu\n\nVERSION/,
    );
    expect((await weir(['flows', 'pay', '--source'], folder)).stdout).toBe(flow.source);
    await room.server?.close();
    const store = await serve({
      ...handlers,
      'GET /flows/pay/deployments': respond({ items: [deployment], next: null }),
    });
    expect((await weir(['flows', 'pay'], store)).stdout).toContain('runs in prod: 1.2.0\n');
    expect(JSON.parse((await weir(['flows', 'pay', '--json'], store)).stdout)).toMatchObject({
      flow: 'pay',
      versions: [{}, {}],
      deployments: [{}],
    });
  });

  test('goes over pages to the limit, and not round in circles', async () => {
    const options = await serve({
      'GET /flows': ({ query }, response) =>
        answer(response, {
          items: Array.from({ length: Number(query['limit']) }, (_, i) => ({ flow: `f${i}`, version: '1.0.0' })),
          next: 'same',
        }),
    });
    expect(JSON.parse((await weir(['flows', '--limit', '250', '--json'], options)).stdout)).toHaveLength(200);
    expect(room.server?.requests.map(({ query }) => query['limit'])).toEqual(['100', '100']);
  });

  test('tables are cut to the terminal, ids never; JSON and pipes get all', async () => {
    const title = 'very long title '.repeat(20);
    const options = await serve({
      'GET /flows': respond({
        items: [{ flow: 'a-flow-with-a-name', version: '1.0.0', title, category: '日本語'.repeat(20) }],
        next: null,
      }),
    });
    const { stdout } = await weir(['flows'], {
      ...options,
      isTTY: true,
      columns: 80,
      env: { ...options.env, NO_COLOR: '1' },
    });
    const line = stdout.split('\n')[1] ?? '';
    expect([...line].reduce((sum, char) => sum + (/[\u3000-\u9fff]/.test(char) ? 2 : 1), 0)).toBeLessThanOrEqual(80);
    expect(line).toMatch(/^a-flow-with-a-name {2}1\.0\.0.*…$/);
    expect((await weir(['flows'], options)).stdout).toContain(title.trim());
  });

  test('10,000 rows are no burden', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ flow: `f${i}`, version: '1.0.0', title: 't' }));
    let page = 0;
    const options = await serve({
      'GET /flows': (_, response) => answer(response, { items: rows, next: `c${(page += 1)}` }),
    });
    const { stdout } = await weir(['flows', '--limit', '10000'], options);
    expect(stdout.split('\n')).toHaveLength(10_002);
  });
});

describe('what is shown once', () => {
  test.each([
    [
      ['tokens', 'create', 'ci', '--role', 'author,operator', '--category', 'shop', '--expires', '30d'],
      'POST /tokens',
      {
        id: 't1',
        name: 'ci\u001b[2J',
        grants: [{ role: 'author', on: { kind: 'category', category: 'shop' } }],
        expires_at: null,
        secret: 'weir_x',
      },
    ],
    [['orgs', 'create', 'acme', '--title', 'Acme'], 'POST /organisations', { id: 'acme', owner_token: 'weir_x' }],
  ])('weir %j: alone on standard output', async (argv, route, made) => {
    const options = await serve({ [route]: respond(made, 201) });
    const run = await weir(argv, options);
    expect(run).toMatchObject({ code: 0, stdout: 'weir_x\n' });
    expect(run.stderr).not.toMatch(/weir_x|\u001b/);
    expect(JSON.parse((await weir([...argv, '--json'], options)).stdout)).toEqual(made);
    expect(bodies()[0]).toMatchObject(
      route.includes('tokens')
        ? {
            expires_in: '30d',
            grants: [{ role: 'author', on: { kind: 'category', category: 'shop' } }, { role: 'operator' }],
          }
        : { id: 'acme', title: 'Acme' },
    );
  });
});

describe('in bulk', () => {
  const counted: Handler = (request, response) => {
    const { dry_run: dryRun, expected } = JSON.parse(request.body) as { dry_run?: boolean; expected?: number };
    if (dryRun === true)
      return answer(response, { operation: 'cancel', dry_run: true, count: 3, sample: ['e1', 'e2'] });
    return answer(response, {
      operation: 'cancel',
      dry_run: false,
      count: expected,
      done: 2,
      failed: 1,
      results: [{ execution_id: 'e3', outcome: 'failed', code: 'execution_ended', detail: 'It has ended.' }],
    });
  };
  test.each<[string, readonly string[], FakeOptions, number, number]>([
    ['nobody can be asked', [], {}, 10, 1],
    ['the answer is no', [], { prompter: { secret: async () => null, confirm: async () => false } }, 10, 1],
    ['it is broken off', [], { prompter: { secret: async () => null, confirm: async () => null } }, 130, 1],
    ['--dry-run', ['--dry-run'], {}, 0, 1],
    ['another number was expected', ['--yes', '--expect', '4'], {}, 9, 1],
    ['--yes, and one fails', ['--yes', '--expect', '3'], {}, 1, 2],
  ])('when %s', async (_, argv, given, code, requests) => {
    const options = await serve({ 'POST /executions/bulk': counted });
    const run = await weir(['executions', 'cancel', '--flow', 'pay', '--since', '1h', ...argv], {
      ...options,
      ...given,
    });
    expect(run.code).toBe(code);
    expect(room.server?.requests).toHaveLength(requests);
    expect(bodies()[0]).toMatchObject({
      operation: 'cancel',
      dry_run: true,
      filter: { flow: 'pay', since: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    if (requests === 2) {
      expect(bodies()[1]).toMatchObject({ expected: 3, filter: (bodies()[0] as { filter: unknown }).filter });
      expect(run.stdout).toContain('✗ e3 execution_ended: It has ended.\n✗ cancel: 2 done, 1 failed.');
    }
  });
});

describe('a server that is away', () => {
  test('is waited for as long as it says, with the same key, within some seconds', async () => {
    let asked = 0;
    const options = await serve({
      'POST /tokens': (_, response) =>
        (asked += 1) < 3
          ? void response.writeHead(asked === 1 ? 503 : 429, { 'retry-after': '0' }).end()
          : answer(response, { id: 't', name: 'ci', grants: [], expires_at: null, secret: 's' }, 201),
    });
    expect((await weir(['tokens', 'create', 'ci', '--role', 'viewer'], options)).code).toBe(0);
    const keys = room.server?.requests.map((request) => request.headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test.each([
    [503, { 'retry-after': '60' }, 3],
    [503, {}, 3],
    [429, { 'retry-after': '999999999' }, 1],
    [429, { 'retry-after': 'soon' }, 1],
    [500, { 'retry-after': '0' }, 1],
    [401, {}, 7],
    [403, {}, 8],
    [409, {}, 9],
  ])('%i %j is told at once, as %i', async (status, headers, code) => {
    const options = await serve({ 'GET /flows': (_, response) => void response.writeHead(status, headers).end() });
    expect((await weir(['flows'], options)).code).toBe(code);
    expect(room.server?.requests).toHaveLength(1);
  });

  test('gives up when it stays away', async () => {
    const options = await serve({
      'GET /flows': (_, response) => void response.writeHead(503, { 'retry-after': '2' }).end(),
    });
    expect((await weir(['flows'], options)).code).toBe(3);
    expect(room.server?.requests).toHaveLength(3);
  });
});

describe('weir dev, api, worker, migrate', () => {
  let home = '';
  beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'weir-dev-home-'))));
  afterEach(() => rm(home, { recursive: true }));
  const start = (
    argv: readonly string[],
    token: string | null,
    env: Record<string, string> = { XDG_CONFIG_HOME: home },
  ) => {
    let interrupt: () => void = () => undefined;
    const seen: unknown[] = [];
    const run = weir(['dev', '--port', '0', ...argv], {
      env,
      services: {
        startDev: async (options) => (
          seen.push(options),
          { url: 'http://127.0.0.1:9999', uiUrl: null, ownerToken: token, close: async () => undefined }
        ),
      },
      onStart: (signal) => (interrupt = signal),
      onText: (text) => text.includes('Ctrl-C') && interrupt(),
    });
    return run.then((done) => ({ ...done, options: seen[0] }));
  };
  const config = () => readFile(join(home, 'weir', 'config.json'), 'utf8').then((text) => JSON.parse(text) as unknown);

  test('without a folder: the control plane; the token is printed once and kept', async () => {
    const run = await start([], 'weir_owner');
    expect(run.stdout).toMatch(/^ready http:\/\/127\.0\.0\.1:9999\nowner token weir_owner\n/);
    expect(run.stdout.split('weir_owner')).toHaveLength(2);
    expect(run.stderr).toContain('Kept as the context dev');
    expect(run.stderr).not.toContain('weir_owner');
    expect(run.options).not.toHaveProperty('flowsDir');
    expect(await config()).toEqual({
      current: 'dev',
      contexts: { dev: { url: 'http://127.0.0.1:9999', token: 'weir_owner' } },
    });
    expect((await start([], null)).stdout).not.toContain('owner token');
    expect((await start([], 'weir_second')).stderr).toContain('stays as it is');
    expect(await config()).toMatchObject({ contexts: { dev: { token: 'weir_owner' } } });
  });

  test('a current context stays, a name that is taken too; --ephemeral keeps nothing', async () => {
    await start(['--ephemeral'], 'weir_owner');
    await expect(config()).rejects.toThrow('ENOENT');
    await start([], 'weir_owner');
    const path = join(home, 'weir', 'config.json');
    await writeFile(
      path,
      JSON.stringify({ current: 'dev', contexts: { dev: { url: 'https://elsewhere', token: 'x' } } }),
    );
    await start([], 'weir_owner');
    expect(await config()).toEqual({
      current: 'dev',
      contexts: {
        dev: { url: 'https://elsewhere', token: 'x' },
        'dev-9999': { url: 'http://127.0.0.1:9999', token: 'weir_owner' },
      },
    });
    const nowhere = await start([], 'weir_owner', {});
    expect(nowhere).toMatchObject({ code: 0, stderr: expect.stringContaining('It was not kept') });
  });

  test('services say when they are ready, and stop on a signal', async () => {
    for (const [name, service] of [
      ['api', 'startApi'],
      ['worker', 'startWorker'],
    ] as const) {
      let interrupt: () => void = () => undefined;
      let closed = 0;
      const seen: unknown[] = [];
      const run = await weir([name, '--port', '0', '--host', '0.0.0.0'], {
        services: {
          [service]: async (options: unknown) => (
            seen.push(options), { ...(name === 'api' && { url: 'http://x' }), close: async () => void (closed += 1) }
          ),
        },
        onStart: (signal) => (interrupt = signal),
        onText: (text) => text.startsWith('ready') && interrupt(),
      });
      expect(run).toMatchObject({ code: 0, stdout: name === 'api' ? 'ready http://x\n' : 'ready\n' });
      expect(seen).toMatchObject([{ port: 0, host: '0.0.0.0' }]);
      expect(closed).toBe(1);
      expect(
        await weir([name], {
          services: { [service]: () => Promise.reject(new Error('The environment lacks DATABASE_URL.')) },
        }),
      ).toMatchObject({ code: 1, stderr: 'error The environment lacks DATABASE_URL.\n' });
      expect(
        (await weir([name, '--port', '70000'], { services: { [service]: () => Promise.reject(new Error('x')) } })).code,
      ).toBe(2);
    }
    expect(await weir(['migrate'], { services: { migrate: async () => undefined } })).toMatchObject({ code: 0 });
    expect(await weir(['migrate'])).toMatchObject({ code: 1 });
  });
});

test('a problem may say nothing that a terminal obeys', async () => {
  const evil = 'x\u001b]0;t\u0007\u009b2J\r\nerror forged';
  const options = await serve({
    'GET /flows': (_, response) =>
      problem(response, {
        status: 400,
        code: evil,
        detail: evil,
        request_id: evil,
        errors: [{ message: evil, path: evil, code: evil }],
      }),
  });
  const { stderr } = await weir(['flows'], { ...options, isTTY: true });
  expect(stderr.replace(/\u001b\[(1|2|22|3[0-9])m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(stderr).not.toMatch(/^error forged/m);
});
