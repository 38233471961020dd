// Logins of browsers at a real provider (authorization code, PKCE), and the sessions that come of them.
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createAuthenticate } from '../api/authenticate.ts';
import { type StoreApi, storeApi } from '../api/testdata/store-api.ts';
import { createLogins } from './create-logins.ts';
import { createTokens } from './create-tokens.ts';
import { createUsers } from './create-users.ts';
import { createDenials, type Denials } from './denials.ts';
import { createOidc } from './oidc/create-oidc.ts';
import { ensureOwnerToken } from './owner-token.ts';
import { localPath } from './return-to.ts';
import { IDLE_MS, SESSION_MS } from './session-principal.ts';
import { Browser, type Page } from './testdata/browser.ts';
import { startTestProvider, type TestProvider } from './testdata/provider.ts';

const SITE = 'http://127.0.0.1:8080';
let idp: TestProvider;
let api: StoreApi;
let denials: Denials;
let now: number;

beforeAll(async () => {
  idp = await startTestProvider({
    id: 'weir',
    secret: 'a-secret-of-the-client',
    redirectUri: `${SITE}/auth/callback`,
    claims: (account) => ({
      preferred_username: account,
      email: `${account}@example.com`,
      groups: ['ops'],
      roles: account === 'root' ? ['admin'] : ['viewer'],
    }),
  });
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control: (context, database) => {
      denials ??= createDenials({ database, now: () => now });
      return {
        logins: createLogins({ database, oidc, publicUrl: SITE, denials })(context),
        users: createUsers({ database })(context),
        tokens: createTokens({ database })(context),
      };
    },
    authenticate: (database) => createAuthenticate({ database, oidc, publicUrl: SITE, now: () => now }),
    now: () => now,
  });
});
const oidc: ReturnType<typeof createOidc> = {
  get issuer() {
    return idp.issuer;
  },
  verify: (token) => provider().verify(token),
  beginLogin: (uri) => provider().beginLogin(uri),
  completeLogin: (callback, pending) => provider().completeLogin(callback, pending),
};
let made: ReturnType<typeof createOidc> | undefined;
const provider = () =>
  (made ??= createOidc({
    issuer: idp.issuer,
    audience: 'weir-api',
    clientId: 'weir',
    clientSecret: 'a-secret-of-the-client',
    claims: { roles: 'roles' },
    now: () => now,
  }));
beforeEach(() => {
  now = Date.now();
});
afterAll(async () => {
  await denials.close();
  await api.close();
  await idp.close();
});

const send = (url: string, init: RequestInit): Promise<Response> =>
  url.startsWith(SITE) ? api.request(url.slice(SITE.length), init) : fetch(url, init);
/** Stops before the provider's answer reaches the site. */
const untilCallback = () => new Browser(send, (url) => url.startsWith(`${SITE}/auth/callback`));

/** Fills in the provider's pages; gives the one that comes after them. */
async function atProvider(browser: Browser, first: Page, account = 'ada'): Promise<Page> {
  let page = first;
  for (let i = 0; i < 4 && page.url.startsWith(idp.issuer); i++)
    page = await browser.submit(page, page.text.includes('name="login"') ? { login: account, password: 'x' } : {});
  return page;
}
async function logIn(browser: Browser, account = 'ada', returnTo = '/me'): Promise<Page> {
  const first = await browser.go(`${SITE}/auth/login?return_to=${encodeURIComponent(returnTo)}`);
  return atProvider(browser, first, account);
}
const session = (browser: Browser) => browser.cookie(SITE, 'weir_session');
const withSession = (secret: string | undefined, headers: Record<string, string> = {}) => ({
  cookie: `weir_session=${secret}`,
  ...headers,
});
const me = (secret: string | undefined) => api.call('GET', '/me', undefined, withSession(secret));

describe('a login', () => {
  test('leads through the provider to where it was begun, with a session', async () => {
    const browser = new Browser(send);
    const page = await logIn(browser, 'ada', '/tokens?limit=3');
    expect(page).toMatchObject({ url: `${SITE}/tokens?limit=3`, status: 200 });
    expect((await me(session(browser))).body).toMatchObject({
      kind: 'user',
      name: 'ada',
      organisation: 'default',
      grants: [{ role: 'viewer', on: { kind: 'all' } }],
    });
    const cookie = browser.cookies.get('127.0.0.1:8080')?.get('weir_session');
    expect(cookie).toMatch(/^weir_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
    expect(browser.cookie(SITE, 'weir_login')).toBeUndefined();
    const rows = await api.database
      .sql`select body from audit_records where action like 'session.%' or action = 'user.create'`;
    expect(rows).toHaveLength(2);
    const kept = JSON.stringify([
      rows,
      await api.database.sql`select * from sessions`,
      await api.database.sql`select * from users`,
    ]);
    expect(kept).not.toContain(session(browser));
    expect(kept.match(/example\.com/g)).toHaveLength(1); // in the session's claims, for approvals; nowhere else
  });

  test('asks with PKCE, state and nonce, and tells the provider nothing else', async () => {
    const answer = await api.request('/auth/login');
    expect(answer.status).toBe(302);
    const url = new URL(answer.headers.get('location') ?? '');
    expect(url.origin).toBe(idp.issuer);
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
    const browser = untilCallback();
    const callback = (await logIn(browser)).url.slice(SITE.length);
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    expect((await api.request(callback, { headers: { cookie } })).status).toBe(302);
    for (let i = 0; i < 2; i++) {
      const again = await api.request(callback, { headers: { cookie } });
      expect(again.status).toBe(401);
      expect(again.headers.getSetCookie()).toEqual([]);
    }
  });

  test('at once from two requests is completed once', async () => {
    const browser = untilCallback();
    const callback = (await logIn(browser)).url.slice(SITE.length);
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    const both = await Promise.all([1, 2, 3].map(() => api.request(callback, { headers: { cookie } })));
    expect(both.filter(({ status }) => status === 302)).toHaveLength(1);
    expect(both.filter(({ status }) => status === 401)).toHaveLength(2);
  });

  test("is completed by the browser that began it, not with another's cookie or none", async () => {
    const [mine, theirs] = [untilCallback(), untilCallback()];
    const callback = (await logIn(mine)).url.slice(SITE.length);
    await theirs.go(`${SITE}/auth/login`);
    const other = `weir_login=${theirs.cookie(SITE, 'weir_login')}`;
    for (const headers of [{ cookie: other }, {}, { cookie: 'weir_login=' }] as Record<string, string>[]) {
      const answer = await api.request(callback, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    // It was taken by the first try: the right cookie comes too late.
    expect(
      (await api.request(callback, { headers: { cookie: `weir_login=${mine.cookie(SITE, 'weir_login')}` } })).status,
    ).toBe(401);
  });

  test('with a code of another login is refused: the verifier does not fit', async () => {
    const [victim, attacker] = [untilCallback(), untilCallback()];
    const stolen = new URL((await logIn(victim)).url).searchParams.get('code') ?? '';
    const own = new URL((await logIn(attacker, 'eve')).url);
    own.searchParams.set('code', stolen);
    const answer = await api.request(`${own.pathname}${own.search}`, {
      headers: { cookie: `weir_login=${attacker.cookie(SITE, 'weir_login')}` },
    });
    expect(answer.status).toBe(401);
  });

  test('that takes longer than ten minutes is over', async () => {
    const browser = untilCallback();
    const callback = (await logIn(browser)).url.slice(SITE.length);
    now += 11 * 60_000;
    const cookie = `weir_login=${browser.cookie(SITE, 'weir_login')}`;
    expect((await api.request(callback, { headers: { cookie } })).status).toBe(401);
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
      const begun = await api.request('/auth/login');
      const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const state = cookie.split('=')[1] ?? '';
      const answer = await api.request(`/auth/callback?${query}&state=${state}`, { headers: { cookie } });
      expect(answer.status, query).toBeLessThan(402);
      expect(answer.status, query).toBeGreaterThan(399);
      expect(await answer.text()).not.toContain('<script>');
    }
    expect((await api.request('/auth/callback')).status).toBe(401);
    expect((await api.request('/auth/callback?state=x&code=y', { headers: { cookie: 'weir_login=x' } })).status).toBe(
      401,
    );
    await denials.close();
    const denied = await api.database.sql`select body from audit_records where action = 'identity.denied'`;
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
    const answer = await api.request(`/auth/login?return_to=${encodeURIComponent(returnTo)}`);
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

describe('a session', () => {
  test('gets a new secret at every login, and the one before ends: none can be put there before', async () => {
    const browser = new Browser(send);
    const planted = 'p'.repeat(43);
    browser.cookies.set('127.0.0.1:8080', new Map([['weir_session', `weir_session=${planted}`]]));
    await logIn(browser);
    const first = session(browser);
    expect(first).not.toBe(planted);
    expect((await me(planted)).status).toBe(401);
    await logIn(browser);
    expect(session(browser)).not.toBe(first);
    expect((await me(first)).status).toBe(401);
    expect((await me(session(browser))).status).toBe(200);
  });

  test('ends by logout, on the server too, and logout ends nothing else', async () => {
    const [browser, other] = [new Browser(send), new Browser(send)];
    await logIn(browser);
    await logIn(other);
    const secret = session(browser);
    const answer = await api.call(
      'POST',
      '/auth/logout',
      undefined,
      withSession(secret, { 'sec-fetch-site': 'same-origin' }),
    );
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()).toEqual(['weir_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax']);
    expect((await me(secret)).status).toBe(401);
    expect((await me(session(other))).status).toBe(200);
    expect((await api.call('POST', '/auth/logout')).status).toBe(204);
    const ends = await api.database
      .sql`select actor from audit_records where action = 'session.end' order by seq desc limit 1`;
    expect(ends[0]?.actor).toMatch(/^user:/);
  });

  test('ends after twelve hours, whatever happens in it, and after two idle ones', async () => {
    const browser = new Browser(send);
    await logIn(browser);
    const begun = now;
    while (now < begun + SESSION_MS - 60 * 60_000) {
      now += 60 * 60_000;
      expect((await me(session(browser))).status).toBe(200);
    }
    now = begun + SESSION_MS;
    expect((await me(session(browser))).status).toBe(401);
    now = Date.now();
    await logIn(browser);
    now += IDLE_MS - 1_000;
    expect((await me(session(browser))).status).toBe(200);
    now += IDLE_MS + 6 * 60_000;
    expect((await me(session(browser))).status).toBe(401);
  });

  test('is refused when it is forged, cut, or there are two', async () => {
    const browser = new Browser(send);
    await logIn(browser);
    const secret = session(browser) ?? '';
    for (const bad of [
      '',
      'x',
      secret.slice(1),
      `${secret}A`,
      'a'.repeat(43),
      `${secret}; weir_session=${'b'.repeat(43)}`,
    ])
      expect((await me(bad)).status, bad).toBe(401);
    // With TLS only the cookie that no other host could have set counts.
    const strict = createAuthenticate({ database: api.database, publicUrl: 'https://weir.example', now: () => now });
    const request = (name: string) =>
      new Request('https://weir.example/me', { headers: { cookie: `${name}=${secret}` } });
    expect(await strict(request('weir_session'))).toBeNull();
    expect(await strict(request('__Host-weir_session'))).toMatchObject({ name: 'ada' });
  });

  test('changes something only for pages of this server', async () => {
    const browser = new Browser(send);
    await logIn(browser, 'root');
    const post = async (headers: Record<string, string>) =>
      (
        await api.call(
          'POST',
          '/tokens',
          { name: 'x', grants: [{ role: 'viewer' }] },
          withSession(session(browser), headers),
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
        await api.call(
          'POST',
          '/auth/logout',
          undefined,
          withSession(session(browser), { 'sec-fetch-site': 'cross-site' }),
        )
      ).status,
    ).toBe(403);
    expect((await me(session(browser))).status).toBe(200);
  });

  test('of a user who is disabled ends', async () => {
    const owner = await ensureOwnerToken(api.database, 'default');
    const browser = new Browser(send);
    await logIn(browser, 'zoe');
    const { body } = await me(session(browser));
    const disabled = await api.call('POST', `/users/${body.id}/disable`, undefined, {
      authorization: `Bearer ${owner}`,
    });
    expect(disabled.status).toBe(200);
    expect((await me(session(browser))).status).toBe(401);
    const again = await logIn(browser, 'zoe');
    expect(again).toMatchObject({ status: 401 });
    expect(JSON.parse(again.text).detail).toBe('This user is disabled.');
  });
});
