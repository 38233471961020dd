import { describe, expect, test } from 'vitest';
import { ActionError } from '../adapters/action-error.ts';
import { demoAdapter, failed, run } from './testdata/requests.ts';

const CANARY = 'hunter2-canary/+value';

describe('params', () => {
  test('secrets and the callback address are put in; what was sent is not changed', async () => {
    const params = { auth: { header: null }, list: [null, 1] };
    const adapter = demoAdapter((got) => ({
      got: JSON.stringify(got).length,
      seen: (got as { list: string[] }).list[0],
    }));
    const result = await run({
      adapter,
      secrets: { API_KEY: CANARY },
      request: {
        params,
        fills: [
          { path: ['auth', 'header'], parts: ['Bearer ', { secret: 'API_KEY' }] },
          { path: ['list', 0], parts: [{ callback_url: true }] },
        ],
        callback: { execution: 'e', step: 's', nonce: '0', expiresAt: 1 },
      },
    });
    expect(result).toMatchObject({ seen: 'https://weir.example/callbacks/***' });
    expect(params).toEqual({ auth: { header: null }, list: [null, 1] });
  });

  test('the adapter itself gets them in clear', async () => {
    let got: unknown;
    const adapter = demoAdapter((params) => {
      got = params;
      return null;
    });
    await run({
      adapter,
      secrets: { K: CANARY },
      request: { params: null, fills: [{ path: [], parts: [{ secret: 'K' }] }] },
    });
    expect(got).toBe(CANARY);
  });

  test('a secret that is not there: secret_not_found, nothing was called', async () => {
    const { failure, info } = await failed(
      run({ adapter: demoAdapter(() => 1), request: { fills: [{ path: ['a'], parts: [{ secret: 'NOPE' }] }] } }),
    );
    expect(info).toMatchObject({ code: 'secret_not_found', retryable: false });
    expect(failure.nonRetryable).toBe(true);
  });

  test('params are checked against the input schema, all problems at once', async () => {
    let called = false;
    const adapter = demoAdapter(() => (called = true), {
      input: {
        type: 'object',
        required: ['a'],
        properties: { a: {}, b: { type: 'integer' } },
        additionalProperties: false,
      },
    });
    const { info } = await failed(run({ adapter, request: { params: { b: 'x', c: 1 } } }));
    expect(info).toMatchObject({ code: 'validation_failed', retryable: false });
    expect(info.message).toContain('/a is required');
    expect(info.message).toContain('/b must be integer');
    expect(info.message).toContain('/c is not a known key');
    expect(called).toBe(false);
  });

  test('an adapter that this worker lacks may be tried again; an action that is not there may not', async () => {
    expect((await failed(run({ adapter: demoAdapter(() => 1), request: { adapter: 'other' } }))).info).toMatchObject({
      code: 'adapter_unavailable',
      status: 503,
      retryable: true,
    });
    expect((await failed(run({ adapter: demoAdapter(() => 1), request: { action: 'toString' } }))).info).toMatchObject({
      code: 'action_not_found',
      retryable: false,
    });
  });
});

describe('errors', () => {
  test('carry all that an author may ask for', async () => {
    const adapter = demoAdapter(() => {
      throw new ActionError({ code: 'http_404', message: 'not there', status: 404, details: { body: null } });
    });
    const { failure, info } = await failed(run({ adapter, attempt: 2, request: { attemptOffset: 3 } }));
    expect(failure.type).toBe('http_404');
    expect(failure.message).toBe('not there');
    expect(info).toEqual({
      code: 'http_404',
      message: 'not there',
      status: 404,
      adapter: 'demo',
      action: 'act',
      step: 'each[2].act',
      attempt: 5,
      retryable: false,
      details: { body: null },
    });
  });

  test('a retryable one names the next delay; the last attempt is final but still says that it was retryable', async () => {
    const adapter = demoAdapter(() => {
      throw new ActionError({ code: 'http_503', message: 'busy', status: 503, retryable: true });
    });
    const first = await failed(run({ adapter, request: { firstAttemptAt: 10_000 } }));
    expect(first.failure.nonRetryable).toBe(false);
    expect(first.failure.nextRetryDelay).toBe(1000);
    const last = await failed(run({ adapter, attempt: 3 }));
    expect(last.failure.nonRetryable).toBe(true);
    expect(last.info.retryable).toBe(true);
  });

  test.each([
    ['a string', 'boom', 'boom'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an Error', new TypeError('wrong type'), 'wrong type'],
    ['a symbol', Symbol('s'), 'threw'],
    ['a BigInt', 5n, 'no error'],
  ])('%s thrown is adapter_error', async (_what, thrown, text) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what is no error is what this is about
    const adapter = demoAdapter(() => Promise.reject(thrown));
    const { failure, info } = await failed(run({ adapter }));
    expect(info).toMatchObject({ code: 'adapter_error', retryable: false });
    expect(info.message).toContain(text);
    expect(failure.nonRetryable).toBe(true);
  });

  test('a circular object thrown is adapter_error', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(
      (await failed(run({ adapter: demoAdapter(() => Promise.reject(circular as unknown as Error)) }))).info.code,
    ).toBe('adapter_error');
  });

  test('details that are circular or huge do not hide the error', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const bad = demoAdapter(() => {
      throw new ActionError({ code: 'odd', message: 'm', details: circular as never });
    });
    expect((await failed(run({ adapter: bad }))).info).toMatchObject({ code: 'odd', details: null });
    const huge = demoAdapter(() => {
      throw new ActionError({ code: 'odd', message: 'm', details: 'x'.repeat(1_000_000) });
    });
    expect(JSON.stringify((await failed(run({ adapter: huge }))).info).length).toBeLessThan(40_000);
  });

  test('an unknown outcome is final unless the call is covered, whatever retry.on says', async () => {
    const adapter = demoAdapter(() => {
      throw new ActionError({
        code: 'http_502',
        message: 'bad gateway',
        status: 502,
        retryable: true,
        outcome: 'unknown',
      });
    });
    const retry = {
      attempts: 5,
      backoff: 'constant',
      initialMs: 1,
      factor: 1,
      maxIntervalMs: 1,
      jitter: 0,
      on: ['http_502', 'outcome_unknown'],
    } as const;
    const { failure, info } = await failed(run({ adapter, request: { retry } }));
    expect(info).toMatchObject({
      code: 'outcome_unknown',
      status: 502,
      retryable: false,
      details: { error: { code: 'http_502', message: 'bad gateway' } },
    });
    expect(failure.nonRetryable).toBe(true);
    const covered = await failed(run({ adapter, request: { retry, covered: true } }));
    expect(covered.info.code).toBe('http_502');
    expect(covered.failure.nonRetryable).toBe(false);
  });
});

describe('results', () => {
  test.each([
    ['a Date', new Date(), 'Date'],
    ['NaN', { a: [Number.NaN] }, '/a/0'],
    ['a BigInt', 5n, 'bigint'],
    ['a function', () => 1, 'function'],
    ['a Map', new Map(), 'Map'],
  ])('%s is invalid_result', async (_what, value, text) => {
    const { info } = await failed(run({ adapter: demoAdapter(() => value) }));
    expect(info.code).toBe('invalid_result');
    expect(info.message).toContain(text);
  });

  test('nothing is null, undefined members are left out, shared parts are fine, circles are not', async () => {
    expect(await run({ adapter: demoAdapter(() => undefined) })).toBeNull();
    const shared = { n: 1 };
    expect(JSON.stringify(await run({ adapter: demoAdapter(() => ({ a: shared, b: shared, c: undefined })) }))).toBe(
      '{"a":{"n":1},"b":{"n":1}}',
    );
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect((await failed(run({ adapter: demoAdapter(() => circular) }))).info.message).toContain(
      '/self contains itself',
    );
  });
});
