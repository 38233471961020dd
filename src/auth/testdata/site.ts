// Browsers that log in at a real provider, to an API on a database of its own.
import { createAuthenticate } from '../../api/authenticate.ts';
import { type ApiAnswer, type StoreApi, storeApi } from '../../api/testdata/store-api.ts';
import { createLogins } from '../create-logins.ts';
import { createTokens } from '../create-tokens.ts';
import { createUsers } from '../create-users.ts';
import { createDenials, type Denials } from '../denials.ts';
import { createOidc } from '../oidc/create-oidc.ts';
import { Browser, type Page } from './browser.ts';
import { startTestProvider, type TestProvider } from './provider.ts';

/** Where the API believes to be. */
export const SITE = 'http://127.0.0.1:8080';

export interface Site {
  /** The clock of the API, ms; the provider has the machine's. */
  now: number;
  readonly api: StoreApi;
  readonly idp: TestProvider;
  readonly denials: Denials;
  readonly send: (url: string, init: RequestInit) => Promise<Response>;
  /** A browser that stops before the provider's answer reaches the site. */
  readonly untilCallback: () => Browser;
  /** Begins a login and fills in the provider's pages; gives the page that comes after them. Only `root` is an administrator. */
  readonly logIn: (browser: Browser, account?: string, returnTo?: string) => Promise<Page>;
  readonly session: (browser: Browser) => string | undefined;
  readonly me: (secret: string | undefined) => Promise<ApiAnswer>;
  readonly close: () => Promise<void>;
}

export const withSession = (secret: string | undefined, headers: Record<string, string> = {}): Record<string, string> => ({
  cookie: `weir_session=${secret}`,
  ...headers,
});

export async function startSite(maintenanceUrl: string): Promise<Site> {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const client = { id: 'weir', secret: 'a-secret-of-the-client' };
  const idp = await startTestProvider({
    ...client,
    redirectUri: `${SITE}/auth/callback`,
    claims: (account) => ({
      preferred_username: account,
      email: `${account}@example.com`,
      groups: ['ops'],
      roles: account === 'root' ? ['admin'] : ['viewer'],
    }),
  });
  const oidc = createOidc({
    issuer: idp.issuer,
    audience: 'weir-api',
    clientId: client.id,
    clientSecret: client.secret,
    claims: { roles: 'roles' },
    now,
  });
  let denials: Denials | undefined;
  const api = await storeApi({
    maintenanceUrl,
    control: (context, database) => ({
      logins: createLogins({ database, oidc, publicUrl: SITE, ...(denials && { denials }) })(context),
      users: createUsers({ database })(context),
      tokens: createTokens({ database })(context),
    }),
    authenticate: (database) => {
      denials = createDenials({ database, now });
      return createAuthenticate({ database, oidc, publicUrl: SITE, denials, now });
    },
    now,
  });
  if (denials === undefined) throw new Error('the API has not asked for its authentication');
  const noted = denials;
  const send: Site['send'] = (url, init) =>
    url.startsWith(SITE) ? api.request(url.slice(SITE.length), init) : fetch(url, init);
  return Object.assign(clock, {
    api,
    idp,
    denials: noted,
    send,
    untilCallback: () => new Browser(send, (url) => url.startsWith(`${SITE}/auth/callback`)),
    async logIn(browser: Browser, account = 'ada', returnTo = '/me') {
      let page = await browser.go(`${SITE}/auth/login?return_to=${encodeURIComponent(returnTo)}`);
      for (let i = 0; i < 4 && page.url.startsWith(idp.issuer); i++)
        page = await browser.submit(page, page.text.includes('name="login"') ? { login: account, password: 'x' } : {});
      return page;
    },
    session: (browser: Browser) => browser.cookie(SITE, 'weir_session'),
    me: (secret: string | undefined) => api.call('GET', '/me', undefined, withSession(secret)),
    async close() {
      await noted.close();
      await api.close();
      await idp.close();
    },
  });
}
