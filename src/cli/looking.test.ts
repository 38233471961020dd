import { describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, stream } from './testing/fake-server.ts';
import { callDone, callStarted, completed, execution, started } from './testing/sample-execution.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;

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
    expect(room.server?.requests.map((request) => request.query)).toMatchObject([
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
    expect(room.server?.requests).toEqual([]);
  });
});

describe('logs', () => {
  test('a broken connection is taken up after the last event', async () => {
    let connections = 0;
    const options = await serve({
      'GET /executions/e1': (_, response) =>
        answer(response, { ...execution, status: connections < 2 ? 'running' : 'completed' }),
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
      room.server?.requests
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
