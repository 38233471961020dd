import { describe, expect, test } from 'vitest';
import { ActionError } from '../adapters/action-error.ts';
import type { LogLine } from './action-log.ts';
import { demoAdapter, failed, run } from './testdata/requests.ts';

const CANARY = 'hunter2-canary/+value';

describe('secrets stay inside', () => {
  const spellings = [
    CANARY,
    Buffer.from(CANARY).toString('base64'),
    Buffer.from(`user:${CANARY}`).toString('base64'),
    Buffer.from(`x${CANARY}\n`).toString('base64url'),
    encodeURIComponent(CANARY),
    JSON.stringify(CANARY),
    Buffer.from(CANARY).toString('hex'),
  ];
  const leaks = (value: unknown): boolean => {
    const text = JSON.stringify(value);
    return [
      CANARY,
      'hunter2-canary',
      encodeURIComponent(CANARY),
      Buffer.from(CANARY).toString('hex'),
      Buffer.from(CANARY).toString('base64').slice(0, 24),
      Buffer.from(`user:${CANARY}`).toString('base64').slice(9, 30),
    ].some((needle) => text.includes(needle));
  };
  const withSecret = { secrets: { K: CANARY }, request: { fills: [{ path: ['k'], parts: [{ secret: 'K' }] }] } };

  test('in results, keys too', async () => {
    const result = await run({ ...withSecret, adapter: demoAdapter(() => ({ spellings, [`key-${CANARY}`]: 1 })) });
    expect(leaks(result)).toBe(false);
    expect(JSON.stringify(result)).toContain('***');
  });

  test('in messages and details of errors, expected or not', async () => {
    for (const error of [
      new Error(spellings.join(' ')),
      new ActionError({ code: 'x', message: spellings.join(' '), details: { spellings } }),
    ]) {
      const { failure, info } = await failed(
        run({
          ...withSecret,
          adapter: demoAdapter(() => {
            throw error;
          }),
        }),
      );
      expect(leaks([info, failure.message, failure.stack])).toBe(false);
      expect(failure.cause).toBeUndefined();
    }
  });

  test('in log lines, and a line that can not be written fails nothing', async () => {
    const lines: LogLine[] = [];
    const adapter = demoAdapter((_params, context) => {
      context.log('info', `got ${CANARY}`, { deep: [CANARY] });
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      context.log('info', 'circular', circular);
      return 1;
    });
    expect(await run({ ...withSecret, adapter, deps: { log: (line) => lines.push(line) } })).toBe(1);
    expect(lines).toHaveLength(1);
    expect(leaks(lines)).toBe(false);
    expect(lines[0]).toMatchObject({
      level: 'info',
      message: 'got ***',
      execution: 'exec-1',
      step: 'each[2].act',
      adapter: 'demo',
      action: 'act',
      attempt: 1,
    });
  });

  test('those that the adapter asks for itself too', async () => {
    const adapter = demoAdapter(async (_params, context) => ({ echoed: await context.secret('K') }));
    expect(await run({ adapter, secrets: { K: CANARY } })).toEqual({ echoed: '***' });
  });
});
