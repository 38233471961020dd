import { afterEach, describe, expect, test } from 'vitest';
import type { ExecutionView } from '../executions/view.ts';
import { weir } from './testing/fake-io.ts';
import { answer, type FakeServer, fakeServer, type Handler, problem, stream } from './testing/fake-server.ts';

let server: FakeServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(handlers: Readonly<Record<string, Handler>>): Promise<{ env: { WEIR_URL: string } }> {
  server = await fakeServer(handlers);
  return { env: { WEIR_URL: server.url } };
}

const execution: ExecutionView = {
  execution_id: 'e1',
  flow: 'pay',
  version: '1.0.0',
  hash: 'h',
  status: 'failed',
  environment: 'development',
  tags: [],
  input: {},
  output: null,
  error: { code: 'http_503', message: 'Service Unavailable', step: 'charge' },
  started_at: '2026-01-01T00:00:00.000Z',
  ended_at: '2026-01-01T00:01:05.000Z',
  duration_ms: 65_000,
  origin: null,
  parent: null,
  waiting: [],
  links: {},
  steps: [
    {
      id: 'charge',
      path: 'charge',
      kind: 'call',
      adapter: 'stripe',
      action: 'charge_card',
      status: 'failed',
      attempts: 3,
      started_at: '2026-01-01T00:00:00.000Z',
      ended_at: '2026-01-01T00:01:00.000Z',
      duration_ms: 60_000,
      error: { code: 'http_503', message: 'Service Unavailable' },
    },
  ],
};
const started = { id: '0.1', type: 'execution.started', at: 1_000 };
const callStarted = {
  id: '0.2',
  type: 'step.started',
  at: 1_000,
  step: 'charge',
  kind: 'call',
  adapter: 'stripe',
  action: 'charge_card',
};
const callDone = { id: '0.3', type: 'step.completed', at: 1_250, step: 'charge', kind: 'call', result: {} };
const completed = { id: '0.4', type: 'execution.completed', at: 1_300, output: null };

describe('steering', () => {
  const done: Handler = (_, response) => answer(response, { status: 'ok' });

  test.each([
    [['pause', 'e1'], '/executions/e1/pause', undefined],
    [['resume', 'e1'], '/executions/e1/resume', undefined],
    [['cancel', 'e1'], '/executions/e1/cancel', undefined],
    [['terminate', 'e1'], '/executions/e1/terminate', undefined],
    [
      ['rollback', 'e1', '--to', 'charge', '--compensate', '--new-keys'],
      '/executions/e1/rollback',
      { to: 'charge', compensate: true, new_keys: true },
    ],
    [
      ['rollback', 'e1', '--to', 'charge'],
      '/executions/e1/rollback',
      { to: 'charge', compensate: false, new_keys: false },
    ],
    [
      ['signal', 'e1', 'payment.settled', '--data', '{"a": [1]}'],
      '/executions/e1/signal',
      { type: 'payment.settled', data: { a: [1] } },
    ],
    [['signal', 'e1', 'payment.settled'], '/executions/e1/signal', { type: 'payment.settled', data: {} }],
    [
      ['decide', 'e1', 'sign', '--approve', '--comment', 'ok', '--form', '{"n": 1}'],
      '/executions/e1/steps/sign/decision',
      { approved: true, comment: 'ok', form: { n: 1 } },
    ],
    [
      ['decide', 'e1', 'each[2].sign', '--reject'],
      '/executions/e1/steps/each%5B2%5D.sign/decision',
      { approved: false },
    ],
  ])('weir %j', async (argv, path, body) => {
    const options = await serve({ [`POST ${path}`]: done });
    const { code, stderr } = await weir(argv, options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(server?.requests[0]?.body).toBe(body === undefined ? '' : JSON.stringify(body));
  });

  test.each([
    [['rollback', 'e1'], 'Say where to: --to STEP'],
    [['decide', 'e1', 'sign'], 'Say which: --approve or --reject'],
    [['decide', 'e1', 'sign', '--approve', '--reject'], 'Say which: --approve or --reject'],
    [['signal', 'e1', 'x', '--data', '{nope'], '--data is not JSON'],
    [['signal', 'e1', 'x', '--data', '@missing.json'], "--data: can't read"],
    [['signal', 'e1'], "missing required argument 'type'"],
    [['pause', 'e1', '--server', 'nonsense'], '"nonsense" is not an address of a server.'],
  ])('a wrong command line sends nothing: weir %j', async (argv, message) => {
    const { code, stderr } = await weir(argv, await serve({}));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(server?.requests).toEqual([]);
  });

  test('data from standard input', async () => {
    await weir(['signal', 'e1', 'x', '--data', '-'], {
      ...(await serve({ 'POST /executions/e1/signal': done })),
      stdin: '{"from": "stdin"}',
    });
    expect(server?.requests[0]?.body).toContain('"from":"stdin"');
  });
});

describe('refusals', () => {
  test('a problem is told with code, request id, diagnostics and what to do', async () => {
    const options = await serve({
      'POST /executions/e1/rollback': (_, response) =>
        problem(response, {
          status: 409,
          code: 'step_not_found',
          detail: 'There is no step "x".',
          request_id: 'req-9',
          errors: [{ line: 3, column: 5, code: 'WEIR0001', message: 'odd', hint: 'even' }],
        }),
    });
    const { code, stderr } = await weir(['rollback', 'e1', '--to', 'x'], options);
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'error There is no step "x".',
      '  3:5 WEIR0001 odd (even)',
      '  code step_not_found, status 409, request req-9',
      '',
    ]);
  });

  test('an answer that is no problem document', async () => {
    const options = await serve({
      'POST /executions/e1/pause': (_, response) => void response.writeHead(500).end('<html>'),
    });
    expect(await weir(['pause', 'e1'], options)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('status 500'),
    });
  });

  test('503 is unreachable, and says when to come back', async () => {
    const options = await serve({
      'POST /executions/e1/pause': (_, response) => void response.writeHead(503, { 'retry-after': '7' }).end(),
    });
    expect(await weir(['pause', 'e1'], options)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Try again in 7 s.'),
    });
  });

  test('no server', async () => {
    const options = await serve({});
    await server?.close();
    const { code, stderr } = await weir(['executions'], options);
    expect(code).toBe(3);
    expect(stderr).toContain('weir dev --flows DIR');
  });

  test('the token is sent and never printed', async () => {
    const options = await serve({});
    const { stderr } = await weir(['executions', 'e9'], { env: { ...options.env, WEIR_TOKEN: 'sesame' } });
    expect(server?.requests[0]?.headers.authorization).toBe('Bearer sesame');
    expect(stderr).not.toContain('sesame');
  });
});

describe('executions', () => {
  test('lists over pages, with filters', async () => {
    const options = await serve({
      'GET /executions': (request, response) =>
        answer(
          response,
          request.query['cursor'] === 'c2'
            ? { items: [execution], next: null }
            : { items: [execution, execution], next: 'c2' },
        ),
    });
    const { code, stdout } = await weir(
      ['executions', '--flow', 'pay', '--status', 'failed', '--since', '24h', '--limit', '3', '--json'],
      options,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(server?.requests.map((request) => request.query)).toMatchObject([
      { flow: 'pay', status: 'failed', limit: '3', since: expect.stringMatching(/^\d{4}-/) },
      { cursor: 'c2', limit: '1' },
    ]);
  });

  test('shows one with its steps', async () => {
    const options = await serve({ 'GET /executions/e1': (_, response) => answer(response, execution) });
    const { stdout } = await weir(['executions', 'e1'], options);
    expect(stdout).toMatch(/^pay 1\.0\.0 failed 1 m 05 s$/m);
    expect(stdout).toMatch(/charge\s+stripe\.charge_card\s+failed\s+3\s+1 m 00 s\s+http_503: Service Unavailable/);
    expect(stdout).not.toContain('\u001b[');
  });

  test('a table on a terminal has colours, unless NO_COLOR is set', async () => {
    const options = await serve({
      'GET /executions': (_, response) => answer(response, { items: [execution], next: null }),
    });
    expect((await weir(['executions'], { ...options, isTTY: true })).stdout).toContain('\u001b[31mfailed');
    expect((await weir(['executions'], { env: { ...options.env, NO_COLOR: '1' }, isTTY: true })).stdout).not.toContain(
      '\u001b[',
    );
    expect((await weir(['--no-color', 'executions'], { ...options, isTTY: true })).stdout).not.toContain('\u001b[');
  });

  test.each([
    ['--status', 'odd'],
    ['--limit', '0'],
    ['--limit', 'x'],
    ['--since', 'soon'],
  ])('refuses %s %s', async (...argv) => {
    expect((await weir(['executions', ...argv], await serve({}))).code).toBe(2);
    expect(server?.requests).toEqual([]);
  });
});

describe('logs', () => {
  test('a broken connection is taken up after the last event', async () => {
    let connections = 0;
    const options = await serve({
      'GET /executions/e1': (_, response) => answer(response, { ...execution, status: 'running' }),
      'GET /executions/e1/events': (_, response) => {
        connections += 1;
        if (connections === 1) {
          stream(response, [started, callStarted]);
          setTimeout(() => response.destroy(), 20);
        } else stream(response, [callDone, completed]);
      },
    });
    const { code, stdout } = await weir(['logs', 'e1', '--follow', '--json'], options);
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(['0.1', '0.2', '0.3', '0.4']);
    expect(
      server?.requests
        .filter((request) => request.path.endsWith('/events'))
        .map((request) => request.headers['last-event-id']),
    ).toEqual([undefined, '0.2']);
  });

  test('lines for people; without --follow it does not wait for a running execution', async () => {
    const options = await serve({
      'GET /executions/e1': (_, response) => answer(response, { ...execution, status: 'running' }),
      'GET /executions/e1/events': (_, response) => stream(response, [started, callStarted, callDone]),
    });
    const { code, stdout } = await weir(['logs', 'e1'], options);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '00:00:01.000 started',
      '00:00:01.000 … charge stripe.charge_card',
      '00:00:01.250 ✓ charge stripe.charge_card 250 ms',
      '',
    ]);
  });

  test('Ctrl-C ends following', async () => {
    const options = await serve({
      'GET /executions/e1': (_, response) => answer(response, { ...execution, status: 'running' }),
      'GET /executions/e1/events': (_, response) => stream(response, [started]),
    });
    let interrupt: () => void = () => undefined;
    const { code } = await weir(['logs', 'e1', '-f'], {
      ...options,
      onStart: (signal) => (interrupt = signal),
      onText: () => interrupt(),
    });
    expect(code).toBe(130);
  });

  test('an unknown id is told at once', async () => {
    expect(await weir(['logs', 'e2', '-f'], await serve({}))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('weir executions'),
    });
  });
});

test('rerun prints the new id alone on standard output', async () => {
  const options = await serve({
    'POST /executions/e1/rerun': (_, response) => answer(response, { execution_id: 'e2' }, 202),
  });
  const { stdout } = await weir(
    ['rerun', 'e1', '--from', 'charge', '--version', '1.2.0', '--input', '{"a":1}'],
    options,
  );
  expect(stdout).toBe('e2\n');
  expect(JSON.parse(server?.requests[0]?.body ?? '')).toEqual({ from: 'charge', version: '1.2.0', input: { a: 1 } });
});

describe('run, on a server', () => {
  const runs = (end: object, view: object): Readonly<Record<string, Handler>> => ({
    'POST /flows/pay/execute': (_, response) => answer(response, { execution_id: 'e1' }, 202),
    'GET /executions/e1/events': (_, response) =>
      stream(response, [started, callStarted, callDone, { id: '0.9', type: 'x', ...end }]),
    'GET /executions/e1': (_, response) => answer(response, { ...execution, ...view }),
  });

  test.each([
    ['completed', 0],
    ['failed', 1],
    ['cancelled', 4],
    ['timed_out', 5],
    ['terminated', 6],
  ])('an execution that ends %s gives exit code %i', async (status, expected) => {
    const { env } = await serve(
      runs(
        { type: `execution.${status}`, at: 2_000, error: null, output: { n: 1 } },
        { status, output: status === 'completed' ? { n: 1 } : null },
      ),
    );
    const { code, stdout, stderr } = await weir(['run', 'pay', '--input', '{"amount": 3}'], { env });
    expect(code).toBe(expected);
    expect(stdout).toBe(status === 'completed' ? '{\n  "n": 1\n}\n' : '');
    expect(stderr).toContain('✓ charge stripe.charge_card 250 ms');
    expect(server?.requests[0]?.body).toBe('{"input":{"amount":3}}');
  });

  test('the first Ctrl-C cancels and waits for the end', async () => {
    let events: import('node:http').ServerResponse | null = null;
    const { env } = await serve({
      'POST /flows/pay/execute': (_, response) => answer(response, { execution_id: 'e1' }, 202),
      'GET /executions/e1/events': (_, response) => stream((events = response), [started]),
      'POST /executions/e1/cancel': (_, response) => {
        answer(response, {});
        if (events) stream(events, [{ id: '0.9', type: 'execution.cancelled', at: 1, error: null }]);
      },
      'GET /executions/e1': (_, response) => answer(response, { ...execution, status: 'cancelled' }),
    });
    let interrupt: () => void = () => undefined;
    const { code, stderr } = await weir(['run', 'pay'], {
      env,
      onStart: (signal) => (interrupt = signal),
      onText: (text) => text.includes('started') && interrupt(),
    });
    expect(stderr).toContain('Ctrl-C again leaves');
    expect(code).toBe(4);
  });

  test('the second Ctrl-C leaves', async () => {
    const { env } = await serve({
      'POST /flows/pay/execute': (_, response) => answer(response, { execution_id: 'e1' }, 202),
      'GET /executions/e1/events': (_, response) => stream(response, [started]),
      'POST /executions/e1/cancel': (_, response) => answer(response, {}),
    });
    let interrupt: () => void = () => undefined;
    const { code, stderr } = await weir(['run', 'pay'], {
      env,
      onStart: (signal) => (interrupt = signal),
      onText: (text) => (text.includes('started') || text.includes('again')) && interrupt(),
    });
    expect(code).toBe(130);
    expect(stderr).toContain('weir executions e1');
  });

  test('--detach prints the id and leaves', async () => {
    const { env } = await serve(runs({}, {}));
    expect(await weir(['run', 'pay', '--detach'], { env })).toMatchObject({ code: 0, stdout: 'e1\n' });
    expect(server?.requests).toHaveLength(1);
  });

  test('a file that is not there', async () => {
    expect(await weir(['run', 'nope.yaml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file nope.yaml.'),
    });
  });
});
