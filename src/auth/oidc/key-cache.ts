import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import { discover, fetchJson, type ProviderDocument } from './provider.ts';

/** Keys are asked for again after this time, so that one that the provider withdrew is refused by then. */
const FRESH_MS = 10 * 60 * 1000;
/** Longest time to go on with the last known keys while the provider is away. */
const USABLE_MS = 24 * 60 * 60 * 1000;
/** Unknown keys, which anybody can name, make at most one request in this time. */
const COOLDOWN_MS = 30_000;
const COOLDOWN_AFTER_FAILURE_MS = 5_000;

const JWKS = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });
/** Only public keys verify: a symmetric one in a public document is no secret. */
const ASYMMETRIC = new Set(['RSA', 'EC', 'OKP']);

export interface KeyCache {
  /** The key that a token's header names, of the provider's alone: `jwk`, `jku` and `x5u` in it are ignored. Throws jose's errors, identity_unavailable. */
  readonly keyOf: JWTVerifyGetKey;
  /** What the provider says of itself, ten minutes old at most, or a day while it is away. Throws identity_unavailable. */
  document(): Promise<ProviderDocument>;
}

/** The provider's description and signing keys, held for a time and asked for by one request at once. */
export function createKeyCache({ issuer, now }: { readonly issuer: string; readonly now: () => number }): KeyCache {
  let known: { readonly document: ProviderDocument; readonly find: JWTVerifyGetKey; readonly at: number } | undefined;
  let asked = { at: Number.NEGATIVE_INFINITY, failure: undefined as unknown };
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    const at = now();
    try {
      const document = await discover(issuer);
      const { keys } = JWKS.parse(await fetchJson(document.jwks_uri));
      known = { document, find: createLocalJWKSet({ keys: keys.filter(({ kty }) => ASYMMETRIC.has(kty)) }), at };
      asked = { at: now(), failure: undefined };
    } catch (error) {
      asked = { at: now(), failure: error };
    }
  };
  const refresh = async (): Promise<void> => {
    const pause = asked.failure === undefined ? COOLDOWN_MS : COOLDOWN_AFTER_FAILURE_MS;
    if (asking === undefined && now() - asked.at < pause) return;
    asking ??= ask().finally(() => (asking = undefined));
    await asking;
  };
  const usable = async (): Promise<NonNullable<typeof known>> => {
    const younger = (ms: number): boolean => known !== undefined && now() - known.at < ms;
    if (!younger(FRESH_MS)) {
      const answered = refresh();
      // A provider that does not answer must not hold up everybody whose key is known: once is enough.
      if (!younger(USABLE_MS) || asked.failure === undefined) await answered;
    }
    if (known === undefined || !younger(USABLE_MS)) throw unavailable(asked.failure);
    return known;
  };

  return {
    document: async () => (await usable()).document,
    async keyOf(header, token) {
      const before = await usable();
      try {
        return await before.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await refresh();
        // A key that is not known while the provider is away may be a new one.
        if (asked.failure !== undefined) throw unavailable(asked.failure);
        if (known === undefined || known === before) throw error;
        return known.find(header, token);
      }
    },
  };
}

export function unavailable(cause: unknown): Problem {
  return new Problem('identity_unavailable', 'The identity provider does not answer, so who asks can not be told.', {
    cause,
  });
}
