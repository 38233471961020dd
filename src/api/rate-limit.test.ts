import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LOCAL_PRINCIPAL } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';
import { createRateLimits } from './rate-limit.ts';
import { fakeApi } from './testdata/fake-api.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ping = async () => undefined;
/** An API that knows the token `good`, and counts how often it had to look one up. */
function limitedApi(options: Parameters<typeof createRateLimits>[0], trustedProxies = 0) {
  const authenticate = vi.fn(async (request: Request) => {
    const token = request.headers.get('authorization');
    if (token === null) return null;
    if (token !== 'Bearer good') throw new Problem('unauthenticated', 'no');
    return LOCAL_PRINCIPAL;
  });
  const { app } = fakeApi({
    executions: { ping },
    deps: { limits: createRateLimits(options), authenticate, trustedProxies },
  });
  const call = async (
    path: string,
    { token, address = '192.0.2.1', forwarded }: { token?: string; address?: string; forwarded?: string } = {},
  ) => {
    const headers = {
      host: 'localhost',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
    };
    return app.request(`http://127.0.0.1${path}`, { headers }, { incoming: { socket: { remoteAddress: address } } });
  };
  return { authenticate, call };
}

describe('a principal', () => {
  test('that asks too fast gets 429 with Retry-After; a second later it may ask again', async () => {
    const { call } = limitedApi({ principal: { perSecond: 3, burst: 2 } });
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await call('/adapters', { token: 'good' })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await call('/adapters', { token: 'good' });
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '1',
      'ratelimit-limit': '3',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1',
      'content-type': 'application/problem+json',
    });
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
    vi.advanceTimersByTime(1_001);
    const again = await call('/adapters', { token: 'good' });
    expect([again.status, again.headers.get('ratelimit-remaining')]).toEqual([200, '2']);
  });

  test('by default gets 1,000 starts a minute and 200 requests at once through', async () => {
    const { call } = limitedApi({});
    for (let second = 0; second < 10; second++) {
      const atOnce = second % 5 === 0 ? 200 : 17;
      const answers = await Promise.all(Array.from({ length: atOnce }, () => call('/adapters', { token: 'good' })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      vi.advanceTimersByTime(1_000);
    }
  });
});

describe('refused credentials', () => {
  test('beyond the limit are not looked at any more; a known good one from there still is, and other addresses are', async () => {
    const { call, authenticate } = limitedApi({ failuresPerMinute: 3 });
    expect((await call('/adapters', { token: 'good' })).status).toBe(200);
    for (let i = 0; i < 3; i++) expect((await call('/adapters', { token: `guess-${i}` })).status).toBe(401);
    authenticate.mockClear();
    const refused = await call('/adapters', { token: 'guess-4' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(authenticate).not.toHaveBeenCalled();
    expect((await call('/adapters', { token: 'good' })).status).toBe(200);
    expect((await call('/adapters', { token: 'guess-5', address: '192.0.2.2' })).status).toBe(401);
    vi.advanceTimersByTime(60_001);
    expect((await call('/adapters', { token: 'guess-6' })).status).toBe(401);
  });

  test('a good credential that turns bad is forgotten', async () => {
    const { call, authenticate } = limitedApi({ failuresPerMinute: 1 });
    await call('/adapters', { token: 'good' });
    authenticate.mockRejectedValueOnce(new Problem('unauthenticated', 'revoked'));
    expect((await call('/adapters', { token: 'good' })).status).toBe(401);
    expect((await call('/adapters', { token: 'good' })).status).toBe(429);
  });
});

describe('source addresses', () => {
  const options = { publicAddress: { perSecond: 1, burst: 1 } };
  test('are limited on public routes, each for itself; of IPv6 a household counts as one', async () => {
    const { call } = limitedApi(options);
    const statuses = async (addresses: readonly string[]) =>
      Promise.all(addresses.map(async (address) => (await call('/healthz', { address })).status));
    expect(await statuses(['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1', '192.0.2.9'])).toEqual([200, 200, 429, 200]);
    expect(await statuses(['2001:db8:0:1::1', '2001:db8:0:1:ff::2', '2001:db8:0:1::3', '2001:db8:0:2::1'])).toEqual([
      200, 200, 429, 200,
    ]);
  });
  test('behind a proxy are what it saw; nobody chooses his own by a header', async () => {
    const proxied = limitedApi(options, 1);
    for (const [forwarded, status] of [
      ['203.0.113.1', 200],
      ['198.51.100.7, 203.0.113.1', 200],
      ['198.51.100.8, 203.0.113.1', 429],
      ['203.0.113.2', 200],
    ] as const)
      expect((await proxied.call('/healthz', { forwarded })).status).toBe(status);
    const direct = limitedApi(options);
    for (const [forwarded, status] of [
      ['203.0.113.1', 200],
      ['203.0.113.2', 200],
      ['203.0.113.3', 429],
    ] as const)
      expect((await direct.call('/healthz', { forwarded })).status).toBe(status);
  });
});
