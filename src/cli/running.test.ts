import { describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, type Handler, stream } from './testing/fake-server.ts';
import { callDone, callStarted, execution, started } from './testing/sample-execution.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;

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
        { type: `execution.${status}`, time: '1970-01-01T00:00:02.000Z', error: null, output: { n: 1 } },
        { status, output: status === 'completed' ? { n: 1 } : null },
      ),
    );
    const { code, stdout, stderr } = await weir(['run', 'pay', '--input', '{"amount": 3}'], { env });
    expect(code).toBe(expected);
    expect(stdout).toBe(status === 'completed' ? '{\n  "n": 1\n}\n' : '');
    expect(stderr).toContain('✓ charge stripe.charge_card 250 ms');
    expect(room.server?.requests[0]?.body).toBe('{"input":{"amount":3}}');
  });

  test('--env and --version say where, and of which version', async () => {
    const { env } = await serve({
      'POST /flows/pay/execute': (_, response) => answer(response, { execution_id: 'e1' }, 202),
    });
    const { code, stdout } = await weir(['run', 'pay', '--env', 'prod', '--version', '^1', '--detach'], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'e1\n' });
    expect(room.server?.requests[0]?.body).toBe('{"environment":"prod","version":"^1"}');
  });

  test('the first Ctrl-C cancels and waits for the end', async () => {
    let events: import('node:http').ServerResponse | null = null;
    const { env } = await serve({
      'POST /flows/pay/execute': (_, response) => answer(response, { execution_id: 'e1' }, 202),
      'GET /executions/e1/events': (_, response) => stream((events = response), [started]),
      'POST /executions/e1/cancel': (_, response) => {
        answer(response, {});
        if (events)
          stream(events, [{ id: '0.9', type: 'execution.cancelled', time: '1970-01-01T00:00:00.001Z', error: null }]);
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
    expect(room.server?.requests).toHaveLength(1);
  });

  test('a file that is not there', async () => {
    expect(await weir(['run', 'nope.yaml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file nope.yaml.'),
    });
  });
});
