import { identityOfClaims } from './identity-of-claims.ts';
import { createCodeFlow } from './code-flow.ts';
import { createKeyCache } from './key-cache.ts';
import type { Oidc } from './oidc.ts';
import { checkSettings, type OidcSettings } from './settings.ts';
import { verifyToken } from './verify-token.ts';

const DAY_S = 24 * 60 * 60;

/** Trusts an identity provider. Nothing is asked of it before the first token or login. Throws an Error for settings that can't be. */
export function createOidc(settings: OidcSettings & { readonly now: () => number }): Oidc {
  checkSettings(settings);
  const { issuer, audience, maxTokenAgeS = DAY_S, claims, now } = settings;
  const keys = createKeyCache({ issuer, now });
  return {
    issuer,
    async verify(token) {
      const expected = {
        issuer,
        audience: [audience].flat(),
        maxAgeS: maxTokenAgeS,
        kind: 'access',
        now: now(),
      } as const;
      return identityOfClaims(await verifyToken(token, keys.keyOf, expected), issuer, claims);
    },
    ...createCodeFlow(settings, keys),
  };
}
