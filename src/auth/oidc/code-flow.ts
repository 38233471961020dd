import * as client from 'openid-client';
import { Problem } from '../../problems/problem.ts';
import { CredentialRefused } from '../credential-refused.ts';
import { identityOfClaims } from './identity-of-claims.ts';
import { type KeyCache, unavailable } from './key-cache.ts';
import type { Oidc } from './oidc.ts';
import type { OidcSettings } from './settings.ts';
import { verifyToken } from './verify-token.ts';

const TIMEOUT_S = 5;
/** An ID token comes fresh from the provider. */
const MAX_ID_TOKEN_AGE_S = 10 * 60;

/** Logins by authorization code with PKCE (S256), state and nonce. */
export function createCodeFlow(
  settings: OidcSettings & { readonly now: () => number },
  keys: KeyCache,
): Pick<Oidc, 'beginLogin' | 'completeLogin'> {
  const { issuer, claims, scope = 'openid profile email', now } = settings;
  return {
    async beginLogin(redirectUri) {
      const config = await configurationOf(settings, keys);
      const [codeVerifier, nonce, state] = [
        client.randomPKCECodeVerifier(),
        client.randomNonce(),
        client.randomState(),
      ];
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, state, nonce, codeVerifier };
    },

    async completeLogin(callback, { codeVerifier, nonce, state }) {
      const config = await configurationOf(settings, keys);
      const audience = [config.clientMetadata().client_id];
      try {
        const tokens = await client.authorizationCodeGrant(config, callback, {
          pkceCodeVerifier: codeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        // The code flow trusts TLS for the ID token; its signature is checked as well.
        const expected = { issuer, audience, maxAgeS: MAX_ID_TOKEN_AGE_S, kind: 'id', now: now() } as const;
        const verified = await verifyToken(tokens.id_token ?? '', keys.keyOf, expected);
        if (verified.nonce !== nonce) throw new CredentialRefused('The login is another one.', { reason: 'nonce' });
        const more =
          config.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await client.fetchUserInfo(config, tokens.access_token, verified.sub);
        return identityOfClaims({ ...more, ...verified }, issuer, claims);
      } catch (error) {
        throw loginError(error);
      }
    },
  };
}

async function configurationOf(settings: OidcSettings, keys: KeyCache): Promise<client.Configuration> {
  const { clientId, clientSecret, issuer } = settings;
  if (clientId === undefined)
    throw new Problem('not_found', 'Logins of browsers are not configured: the identity provider needs a client.');
  const document = await keys.document();
  const config = new client.Configuration(
    document as client.ServerMetadata, // which says nothing of fields that are there and undefined; JSON has none
    clientId,
    { [client.clockTolerance]: 30 },
    authentication(clientSecret, document.token_endpoint_auth_methods_supported),
  );
  config.timeout = TIMEOUT_S;
  if (issuer.startsWith('http:')) client.allowInsecureRequests(config); // loopback, by checkSettings
  return config;
}

/** OpenID Connect Discovery: a provider that names no method takes client_secret_basic. */
function authentication(secret: string | undefined, methods = ['client_secret_basic']): client.ClientAuth {
  if (secret === undefined) return client.None();
  return methods.includes('client_secret_basic') ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}

/** What the provider refuses is the login's fault; what does not come through is the provider's. */
function loginError(error: unknown): unknown {
  if (error instanceof Problem || error instanceof CredentialRefused) return error;
  if (error instanceof client.AuthorizationResponseError)
    return new CredentialRefused(
      `The identity provider refuses the login (${safe(error.error)}).`,
      { reason: 'provider' },
      { cause: error },
    );
  if (error instanceof client.ResponseBodyError && error.status < 500)
    return new CredentialRefused(
      `The identity provider refuses the code (${safe(error.error)}).`,
      { reason: 'code' },
      { cause: error },
    );
  if (error instanceof client.ClientError && !(AWAY.has(String(error.code)) || error.cause instanceof TypeError))
    return new CredentialRefused(
      'The answer of the identity provider does not belong to this login.',
      { reason: 'answer' },
      { cause: error },
    );
  return unavailable(error);
}
const AWAY = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

const safe = (code: string): string => code.replaceAll(/[^\w-]/g, '').slice(0, 60);
