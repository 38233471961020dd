import type { Context } from 'hono';
import { z } from 'zod';
import { cookieNames, dropCookie, readCookies, setCookie } from '../../auth/cookies.ts';
import { ATTEMPT_MS } from '../../auth/create-logins.ts';
import { refuseForeignPages } from '../refuse-foreign-pages.ts';
import { type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';

/** For an identity provider's answer: whatever parameters it adds are its own. */
const CALLBACK_QUERY = z.looseObject({
  state: z.string().max(1_000).optional(),
  code: z.string().max(10_000).optional(),
  error: z.string().max(1_000).optional(),
});

/** Sessions for browsers, by a login at the identity provider. */
export function sessionRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/auth/login',
      operation: 'beginLogin',
      summary: 'Send a browser to the identity provider',
      tag: 'identity',
      access: { on: 'public', why: 'who logs in has no identity yet; the provider asks for it' },
      query: z.object({
        return_to: z.string().max(2_001).default('/').describe('path of this server to come back to'),
      }),
      answers: [
        { status: 302, description: 'to the identity provider, with a cookie that binds the login to this browser' },
      ],
      problems: ['not_found', 'no_store', 'rate_limited', 'identity_unavailable', 'store_unavailable'],
      async handle({ services, query }) {
        const { logins } = controlOf(services);
        const { url, state } = await logins.begin(query.return_to);
        const { login } = cookieNames(logins.secure);
        const cookie = setCookie(login, state, { secure: logins.secure, maxAgeS: ATTEMPT_MS / 1000 });
        return redirect(url, [cookie]);
      },
    }),
    route({
      method: 'get',
      path: '/auth/callback',
      operation: 'completeLogin',
      summary: 'Where the identity provider sends the browser back to',
      tag: 'identity',
      access: { on: 'public', why: 'the code of the identity provider is the credential, once and in one browser' },
      query: CALLBACK_QUERY,
      answers: [{ status: 302, description: 'to where the login was begun, with the cookie of the session' }],
      problems: ['unauthenticated', 'not_found', 'no_store', 'identity_unavailable', 'store_unavailable'],
      async handle({ services, context, now }) {
        const { logins } = controlOf(services);
        const names = cookieNames(logins.secure);
        const query = new URL(context.req.url).searchParams;
        const browser = { state: cookieOf(context, names.login), session: cookieOf(context, names.session) };
        const { secret, expiresAt, returnTo } = await logins.complete(query, browser);
        const maxAgeS = Math.floor((expiresAt.getTime() - now) / 1000);
        return redirect(returnTo, [
          setCookie(names.session, secret, { secure: logins.secure, maxAgeS }),
          dropCookie(names.login, logins.secure),
        ]);
      },
    }),
    route({
      method: 'post',
      path: '/auth/logout',
      operation: 'logout',
      summary: 'End the session of this browser, everywhere and at once',
      tag: 'identity',
      access: {
        on: 'public',
        why: 'ends the session whose cookie it is sent, also one that has expired, and nothing else',
      },
      answers: [{ status: 204, description: 'the session has ended' }],
      problems: ['foreign_origin', 'no_store', 'store_unavailable'],
      async handle({ services, context }) {
        const { logins } = controlOf(services);
        const { session } = cookieNames(logins.secure);
        const secret = cookieOf(context, session);
        if (secret !== null) {
          refuseForeignPages(context.req.raw, logins.publicUrl);
          await logins.end(secret);
        }
        return new Response(null, { status: 204, headers: { 'set-cookie': dropCookie(session, logins.secure) } });
      },
    }),
  ];
}

/** Null where there is none, or it can't be told which. */
function cookieOf(context: Context, name: string): string | null {
  const [value, ...others] = readCookies(context.req.header('cookie') ?? null, name);
  return others.length > 0 ? null : (value ?? null);
}

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 302, headers });
}
