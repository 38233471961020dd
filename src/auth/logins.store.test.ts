// Logins of browsers at a real provider: authorization code with PKCE.
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createLogins } from './create-logins.ts';
import { createOidc } from './oidc/create-oidc.ts';
import { systemPrincipal } from './principal.ts';
import { localPath } from './return-to.ts';
import { Browser } from './testdata/browser.ts';
import { SITE, type Site, startSite } from './testdata/site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite(inject('databaseUrl'));
});
beforeEach(() => {
  site.now = Date.now();
});
afterAll(() => site.close());

describe('a login', () => {
  test('leads through the provider to where it was begun, with a session', async () => {
    const browser = new Browser(site.send);
    const page = await site.logIn(browser, 'ada', '/tokens?limit=3');
    expect(page).toMatchObject({ url: `${SITE}/tokens?limit=3`, status: 200 });
    expect((await site.me(site.session(browser))).body).toMatchObject({
      kind: 'user',
      name: 'ada',
      organisation: 'default',
      grants: [{ role: 'viewer', on: { kind: 'all' } }],
    });
    const cookie = browser.cookies.get('127.0.0.1:8080')?.get('weir_session');
    expect(cookie).toMatch(/^weir_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
    expect(browser.cookie(SITE, 'weir_login')).toBeUndefined();
    const rows = await site.api.database
      .sql`select body from audit_records where action like 'session.%' or action = 'user.create'`;
    expect(rows).toHaveLength(2);
    const kept = JSON.stringify([
      rows,
      await site.api.database.sql`select * from sessions`,
      await site.api.database.sql`select * from users`,
    ]);
    expect(kept).not.toContain(site.session(browser));
    expect(kept.match(/example\.com/g)).toHaveLength(1); // in the session's claims, for approvals; nowhere else
  });

  test('asks with PKCE, state and nonce, and tells the provider nothing else', async () => {
    const answer = await site.api.request('/auth/login');
    expect(answer.status).toBe(302);
    const url = new URL(answer.headers.get('location') ?? '');
    expect(url.origin).toBe(site.idp.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'weir',
      response_type: 'code',
      redirect_uri: `${SITE}/auth/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^weir_login=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
  });

  test('is completed once', async () => {
    const browser = site.untilCallback();
    const callback = (await site.logIn(browser)).url.slice(SITE.length);
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    expect((await site.api.request(callback, { headers: { cookie } })).status).toBe(302);
    for (let i = 0; i < 2; i++) {
      const again = await site.api.request(callback, { headers: { cookie } });
      expect(again.status).toBe(401);
      expect(again.headers.getSetCookie()).toEqual([]);
    }
  });

  test('at once from two requests is completed once', async () => {
    const browser = site.untilCallback();
    const callback = (await site.logIn(browser)).url.slice(SITE.length);
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    const both = await Promise.all([1, 2, 3].map(() => site.api.request(callback, { headers: { cookie } })));
    expect(both.filter(({ status }) => status === 302)).toHaveLength(1);
    expect(both.filter(({ status }) => status === 401)).toHaveLength(2);
  });

  test("is completed by the browser that began it, not with another's cookie or none", async () => {
    const [mine, theirs] = [site.untilCallback(), site.untilCallback()];
    const callback = (await site.logIn(mine)).url.slice(SITE.length);
    await theirs.go(`${SITE}/auth/login`);
    const other = `weir_login=${theirs.cookie(SITE, 'weir_login')}`;
    for (const headers of [{ cookie: other }, {}, { cookie: 'weir_login=' }] as Record<string, string>[]) {
      const answer = await site.api.request(callback, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    // It was taken by the first try: the right cookie comes too late.
    expect(
      (await site.api.request(callback, { headers: { cookie: `weir_login=${mine.cookie(SITE, 'weir_login')}` } }))
        .status,
    ).toBe(401);
  });

  test('with a code of another login is refused: the verifier does not fit', async () => {
    const [victim, attacker] = [site.untilCallback(), site.untilCallback()];
    const stolen = new URL((await site.logIn(victim)).url).searchParams.get('code') ?? '';
    const own = new URL((await site.logIn(attacker, 'eve')).url);
    own.searchParams.set('code', stolen);
    const answer = await site.api.request(`${own.pathname}${own.search}`, {
      headers: { cookie: `weir_login=${attacker.cookie(SITE, 'weir_login')}` },
    });
    expect(answer.status).toBe(401);
  });

  test('that takes longer than ten minutes is over', async () => {
    const browser = site.untilCallback();
    const callback = (await site.logIn(browser)).url.slice(SITE.length);
    site.now += 11 * 60_000;
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    expect((await site.api.request(callback, { headers: { cookie } })).status).toBe(401);
  });

  test('that the provider refuses, or whose answer is none, is refused', async () => {
    for (const query of [
      'error=access_denied',
      'code=wrong',
      '',
      'code=a&code=b',
      'error=<script>',
      'code=x&iss=http%3A%2F%2Fevil.example',
    ]) {
      const begun = await site.api.request('/auth/login');
      const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const state = cookie.split('=')[1] ?? '';
      const answer = await site.api.request(`/auth/callback?${query}&state=${state}`, { headers: { cookie } });
      expect(answer.status, query).toBeLessThan(402);
      expect(answer.status, query).toBeGreaterThan(399);
      expect(await answer.text()).not.toContain('<script>');
    }
    expect((await site.api.request('/auth/callback')).status).toBe(401);
    expect(
      (await site.api.request('/auth/callback?state=x&code=y', { headers: { cookie: 'weir_login=x' } })).status,
    ).toBe(401);
    await site.denials.close();
    const denied = await site.api.database.sql`select body from audit_records where action = 'identity.denied'`;
    expect(denied.map(({ body }) => JSON.parse(body).details.credential)).toContain('login');
  });

  test.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '',
    '/%09/evil.example\n',
    ' /x',
    'evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/\u0000',
  ])('does not return to %j', async (returnTo) => {
    const answer = await site.api.request(`/auth/login?return_to=${encodeURIComponent(returnTo)}`);
    expect(answer.status).toBe(400);
    expect(() => localPath(returnTo)).toThrow('path of this server');
  });
  test.each([
    ['/', '/'],
    ['/a/b?c=d#e', '/a/b?c=d#e'],
    ['/a/../b', '/b'],
    ['/x?u=https://evil.example', '/x?u=https://evil.example'],
  ])('returns to %s', (given, path) => expect(localPath(given)).toBe(path));
});

describe('without an identity provider', () => {
  const context = { principal: systemPrincipal('public', 'default'), requestId: null, now: Date.now() };
  test('that answers, a login is a matter for later, not for a 500', async () => {
    const oidc = createOidc({ issuer: 'http://127.0.0.1:1', audience: 'x', clientId: 'weir', now: Date.now });
    const logins = createLogins({ database: site.api.database, oidc, publicUrl: SITE })(context);
    await expect(logins.begin('/')).rejects.toMatchObject({ code: 'identity_unavailable' });
  });
  test('that is configured, there are no logins', async () => {
    const { database } = site.api;
    await expect(createLogins({ database, publicUrl: SITE })(context).begin('/')).rejects.toMatchObject({
      code: 'not_found',
    });
    const oidc = createOidc({ issuer: site.idp.issuer, audience: 'x', now: Date.now });
    const without = createLogins({ database, oidc, publicUrl: SITE })(context);
    await expect(without.begin('/')).rejects.toMatchObject({ code: 'not_found' });
  });
  test('that answers any more, a login that was begun is told so', async () => {
    const browser = site.untilCallback();
    const callback = new URL((await site.logIn(browser)).url);
    await site.idp.close();
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    const answer = await site.api.request(`${callback.pathname}${callback.search}`, { headers: { cookie } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
  });
});
