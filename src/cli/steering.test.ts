import { describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, type Handler, problem } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';

const ID = '0192f3a0-0000-7000-8000-000000000001';
const room = serving();
const { serve } = room;

describe('steering', () => {
  const done: Handler = (_, response) => answer(response, { status: 'ok' });

  test.each([
    [['pause', 'e1'], '/executions/e1/pause', undefined],
    [['resume', 'e1'], '/executions/e1/resume', undefined],
    [['cancel', 'e1'], '/executions/e1/cancel', undefined],
    [['terminate', 'e1'], '/executions/e1/terminate', undefined],
    [
      ['rollback', ID, '--to', 'charge', '--compensate', '--new-keys'],
      `/executions/${ID}/rollback`,
      { to: 'charge', compensate: true, new_keys: true },
    ],
    [
      ['rollback', ID, '--to', 'charge'],
      `/executions/${ID}/rollback`,
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
    expect(room.server?.requests[0]?.body).toBe(body === undefined ? '' : JSON.stringify(body));
  });

  test.each([
    [['rollback', ID], 'Say where to: --to STEP'],
    [['rollback', 'pay', '--to', 'x'], 'weir rollback FLOW --env ENV'],
    [['rollback', 'pay', '--env', 'prod', '--to', 'charge'], 'number of a revision'],
    [['rollback', 'pay', '--env', 'prod', '--compensate'], 'goes with an execution'],
    [['rollback', ID, '--env', 'prod'], 'this is an execution'],
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
    expect(room.server?.requests).toEqual([]);
  });

  test('data from standard input', async () => {
    await weir(['signal', 'e1', 'x', '--data', '-'], {
      ...(await serve({ 'POST /executions/e1/signal': done })),
      stdin: '{"from": "stdin"}',
    });
    expect(room.server?.requests[0]?.body).toContain('"from":"stdin"');
  });
});

describe('refusals', () => {
  test('a problem is told with code, request id, diagnostics and what to do', async () => {
    const options = await serve({
      [`POST /executions/${ID}/rollback`]: (_, response) =>
        problem(response, {
          status: 409,
          code: 'step_not_found',
          detail: 'There is no step "x".',
          request_id: 'req-9',
          errors: [{ line: 3, column: 5, code: 'WEIR0001', message: 'odd', hint: 'even' }],
        }),
    });
    const { code, stderr } = await weir(['rollback', ID, '--to', 'x'], options);
    expect(code).toBe(9);
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
    await room.server?.close();
    const { code, stderr } = await weir(['executions'], options);
    expect(code).toBe(3);
    expect(stderr).toContain('Start a server with: weir dev.');
  });

  test('the token is sent and never printed', async () => {
    const options = await serve({});
    const { stderr } = await weir(['executions', 'e9'], { env: { ...options.env, WEIR_TOKEN: 'sesame' } });
    expect(room.server?.requests[0]?.headers.authorization).toBe('Bearer sesame');
    expect(stderr).not.toContain('sesame');
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
  expect(JSON.parse(room.server?.requests[0]?.body ?? '')).toEqual({
    from: 'charge',
    version: '1.2.0',
    input: { a: 1 },
  });
});
