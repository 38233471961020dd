// Sessions that come of logins: their secrets, their end, and who may use them.
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createAuthenticate } from '../api/authenticate.ts';
import { ensureOwnerToken } from './owner-token.ts';
import { IDLE_MS, SESSION_MS } from './session-principal.ts';
import { Browser } from './testdata/browser.ts';
import { SITE, type Site, startSite, withSession } from './testdata/site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite(inject('databaseUrl'));
});
beforeEach(() => {
  site.now = Date.now();
});
afterAll(() => site.close());

describe('a session', () => {
  test('gets a new secret at every login, and the one before ends: none can be put there before', async () => {
    const browser = new Browser(site.send);
    const planted = 'p'.repeat(43);
    browser.cookies.set('127.0.0.1:8080', new Map([['weir_session', `weir_session=${planted}`]]));
    await site.logIn(browser);
    const first = site.session(browser);
    expect(first).not.toBe(planted);
    expect((await site.me(planted)).status).toBe(401);
    await site.logIn(browser);
    expect(site.session(browser)).not.toBe(first);
    expect((await site.me(first)).status).toBe(401);
    expect((await site.me(site.session(browser))).status).toBe(200);
  });

  test('ends by logout, on the server too, and logout ends nothing else', async () => {
    const [browser, other] = [new Browser(site.send), new Browser(site.send)];
    await site.logIn(browser);
    await site.logIn(other);
    const secret = site.session(browser);
    const answer = await site.api.call(
      'POST',
      '/auth/logout',
      undefined,
      withSession(secret, { 'sec-fetch-site': 'same-origin' }),
    );
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()).toEqual(['weir_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax']);
    expect((await site.me(secret)).status).toBe(401);
    expect((await site.me(site.session(other))).status).toBe(200);
    expect((await site.api.call('POST', '/auth/logout')).status).toBe(204);
    const ends = await site.api.database
      .sql`select actor from audit_records where action = 'session.end' order by seq desc limit 1`;
    expect(ends[0]?.actor).toMatch(/^user:/);
  });

  test('ends after twelve hours, whatever happens in it, and after two idle ones', async () => {
    const browser = new Browser(site.send);
    await site.logIn(browser);
    const begun = site.now;
    while (site.now < begun + SESSION_MS - 60 * 60_000) {
      site.now += 60 * 60_000;
      expect((await site.me(site.session(browser))).status).toBe(200);
    }
    site.now = begun + SESSION_MS;
    expect((await site.me(site.session(browser))).status).toBe(401);
    site.now = Date.now();
    await site.logIn(browser);
    site.now += IDLE_MS - 1_000;
    expect((await site.me(site.session(browser))).status).toBe(200);
    site.now += IDLE_MS + 6 * 60_000;
    expect((await site.me(site.session(browser))).status).toBe(401);
  });

  test('is refused when it is forged, cut, or there are two', async () => {
    const browser = new Browser(site.send);
    await site.logIn(browser);
    const secret = site.session(browser) ?? '';
    for (const bad of [
      '',
      'x',
      secret.slice(1),
      `${secret}A`,
      'a'.repeat(43),
      `${secret}; weir_session=${'b'.repeat(43)}`,
    ])
      expect((await site.me(bad)).status, bad).toBe(401);
    // With TLS only the cookie that no other host could have set counts.
    const strict = createAuthenticate({
      database: site.api.database,
      publicUrl: 'https://weir.example',
      now: () => site.now,
    });
    const request = (name: string) =>
      new Request('https://weir.example/me', { headers: { cookie: `${name}=${secret}` } });
    expect(await strict(request('weir_session'))).toBeNull();
    expect(await strict(request('__Host-weir_session'))).toMatchObject({ name: 'ada' });
  });

  test('changes something only for pages of this server', async () => {
    const browser = new Browser(site.send);
    await site.logIn(browser, 'root');
    const post = async (headers: Record<string, string>) =>
      (
        await site.api.call(
          'POST',
          '/tokens',
          { name: 'x', grants: [{ role: 'viewer' }] },
          withSession(site.session(browser), headers),
        )
      ).status;
    expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(201);
    expect(await post({ origin: SITE })).toBe(201);
    expect(await post({ origin: SITE, 'sec-fetch-site': 'same-origin' })).toBe(201);
    expect(await post({})).toBe(403);
    for (const site of ['cross-site', 'same-site', 'none', ''])
      expect(await post({ 'sec-fetch-site': site }), site).toBe(403);
    for (const origin of [
      'http://127.0.0.1:9999',
      'https://127.0.0.1:8080',
      'null',
      'http://localhost:8080',
      'http://evil.example',
    ])
      expect(await post({ origin }), origin).toBe(403);
    expect(await post({ origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-origin' })).toBe(403);
    expect(
      (
        await site.api.call(
          'POST',
          '/auth/logout',
          undefined,
          withSession(site.session(browser), { 'sec-fetch-site': 'cross-site' }),
        )
      ).status,
    ).toBe(403);
    expect((await site.me(site.session(browser))).status).toBe(200);
  });

  test('of a user who is disabled ends', async () => {
    const owner = await ensureOwnerToken(site.api.database, 'default');
    const browser = new Browser(site.send);
    await site.logIn(browser, 'zoe');
    const { body } = await site.me(site.session(browser));
    const disabled = await site.api.call('POST', `/users/${body.id}/disable`, undefined, {
      authorization: `Bearer ${owner}`,
    });
    expect(disabled.status).toBe(200);
    expect((await site.me(site.session(browser))).status).toBe(401);
    const again = await site.logIn(browser, 'zoe');
    expect(again).toMatchObject({ status: 401 });
    expect(JSON.parse(again.text).detail).toBe('This user is disabled.');
  });
});
