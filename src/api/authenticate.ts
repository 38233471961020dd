import { cookieNames, readCookies } from '../auth/cookies.ts';
import { CredentialRefused } from '../auth/credential-refused.ts';
import { createDenials, type Credential, type Denials } from '../auth/denials.ts';
import type { Oidc } from '../auth/oidc/oidc.ts';
import type { Principal } from '../auth/principal.ts';
import { sessionPrincipal } from '../auth/session-principal.ts';
import { tokenPrincipal } from '../auth/token-principal.ts';
import { TOKEN_PREFIX } from '../auth/token-secret.ts';
import { userPrincipal } from '../auth/user-principal.ts';
import { Problem } from '../problems/problem.ts';
import type { Database } from '../store/database.ts';
import { refuseForeignPages } from './refuse-foreign-pages.ts';

/** Where a request comes from, as far as the server knows. */
export interface RequestSource {
  /** Of the peer's socket; refused credentials are counted by it, and it is kept nowhere. */
  readonly address?: string;
}

/**
 * Who sends this request, by its credential: bearer token, or session cookie. Null when it has none. Throws `unauthenticated` for
 * a credential that is forged, expired or revoked, foreign_origin for a page elsewhere that uses its reader's session,
 * store_unavailable or identity_unavailable when that can't be told now.
 */
export type Authenticate = (request: Request, source?: RequestSource) => Promise<Principal | null>;

export interface AuthenticateOptions {
  readonly database: Database;
  /** Without it, machine tokens are the only identities. */
  readonly oidc?: Pick<Oidc, 'verify'>;
  /** Address of this server for browsers. With https, cookies are `__Host-` ones. */
  readonly publicUrl?: string;
  /** Default: one of its own. Share it with createLogins, and close it at the end. */
  readonly denials?: Denials;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Authenticates by machine token, by the identity provider's bearer token, or by session. A bad credential is never taken for none. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { database, oidc, publicUrl, now } = options;
  const denials = options.denials ?? createDenials({ database, now });
  const { session: cookieName } = cookieNames(publicUrl?.startsWith('https:') ?? false);

  const byBearer = async (bearer: string): Promise<Principal> => {
    if (bearer.startsWith(TOKEN_PREFIX)) return tokenPrincipal(database, bearer, now());
    if (oidc === undefined)
      throw new CredentialRefused('Only machine tokens (weir_…) are taken: no identity provider is configured.', {
        reason: 'no_provider',
      });
    return userPrincipal(database, await oidc.verify(bearer), now());
  };

  return async (request, source = {}) => {
    const authorization = request.headers.get('authorization');
    const cookies = readCookies(request.headers.get('cookie'), cookieName);
    if (authorization === null && cookies.length === 0) return null;
    let credential: Credential = 'none';
    try {
      if (authorization !== null && cookies.length > 0)
        throw new CredentialRefused('Send one credential: the request has a token and a session.', {
          reason: 'two_credentials',
        });
      if (authorization !== null) {
        const bearer = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
        if (bearer === undefined)
          throw new CredentialRefused('Authorization has to be `Bearer` and one token.', { reason: 'malformed' });
        credential = bearer.startsWith(TOKEN_PREFIX) ? 'token' : 'oidc';
        return await byBearer(bearer);
      }
      credential = 'session';
      const [cookie, ...others] = cookies;
      if (cookie === undefined || others.length > 0)
        throw new CredentialRefused('The request has several session cookies.', { reason: 'two_credentials' });
      refuseForeignPages(request, publicUrl);
      return await sessionPrincipal(database, cookie, now());
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
      denials.note({ ...error.refusal, credential, ...source });
      throw refused(error);
    }
  };
}

/** RFC 6750, section 3. */
function refused(error: CredentialRefused): Problem {
  const challenge = `Bearer realm="weir", error="invalid_token", error_description="${error.message.replaceAll(/[^\w .,:;()…-]/g, "'").replaceAll('…', '...')}"`;
  return new Problem('unauthenticated', error.message, { headers: { 'www-authenticate': challenge }, cause: error });
}
