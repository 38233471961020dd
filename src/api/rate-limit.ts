import { createHmac, randomBytes } from 'node:crypto';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Principal } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';

/** So many requests a second, and above that so many more in any ten seconds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Where `principal` is raised, the defaults of the others rise with it. */
export interface RateLimitOptions {
  /** Each principal. Default 200 a second and a burst of 1,000: far above 1,000 starts a minute, or 200 requests at once. */
  readonly principal?: Rate;
  /** Each source address on public routes (webhooks, callbacks, probes). Default 100 a second and a burst of 500. */
  readonly publicAddress?: Rate;
  /** Requests a minute of one address to the public routes below /auth/. Default 60. */
  readonly loginsPerMinute?: number;
  /** Refused credentials a minute of one address, before its credentials are not looked at any more. Default 30. */
  readonly failuresPerMinute?: number;
}

/** What an answer tells of the limit that the request counted towards. */
export type RateLimitHeaders = Readonly<Record<'ratelimit-limit' | 'ratelimit-remaining' | 'ratelimit-reset', string>>;

/**
 * Limits of one process: they are kept in memory, so that a request costs no round trip, and each process counts for
 * itself. All throw `rate_limited` with `Retry-After`.
 */
export interface RateLimits {
  readonly ofPrincipal: (principal: Principal) => Promise<RateLimitHeaders>;
  readonly ofPublicRoute: (address: string, path: string) => Promise<RateLimitHeaders>;
  /**
   * Runs `authenticate` for a request that carries `credential`, and counts what it refuses against the address. Who guesses is
   * refused before anything is hashed or looked up; a credential that proved good lately is still looked at, so that one
   * broken client does not lock out those who share its address.
   */
  readonly guard: <T>(address: string, credential: string, authenticate: () => Promise<T>) => Promise<T>;
}

const BURST_SECONDS = 10;
/** Credentials remembered as good, by digest. */
const MAX_KNOWN = 10_000;
const KNOWN_MS = 10 * 60_000;

export function createRateLimits(options: RateLimitOptions = {}): RateLimits {
  const principal = options.principal ?? { perSecond: 200, burst: 1_000 };
  const more = Math.max(1, principal.perSecond / 200);
  const principals = limiter(principal);
  const addresses = limiter(options.publicAddress ?? { perSecond: 100 * more, burst: 500 * more });
  const logins = new RateLimiterMemory({ points: options.loginsPerMinute ?? 60 * more, duration: 60 });
  const failures = new RateLimiterMemory({ points: options.failuresPerMinute ?? 30 * more, duration: 60 });
  const known = new Map<string, number>();
  const digestKey = randomBytes(32);
  return {
    ofPrincipal: ({ organisation, id }) => take(principals, `${organisation}\n${id}`, 'Your requests come'),
    ofPublicRoute: (address, path) =>
      take(path.startsWith('/auth/') ? logins : addresses, address, 'Requests from your address come'),
    async guard(address, credential, authenticate) {
      const failed = await failures.get(address);
      const blocked = failed !== null && failed.consumedPoints >= failures.points;
      const digest = createHmac('sha256', digestKey).update(credential).digest('base64');
      if (blocked && (known.get(digest) ?? 0) < Date.now())
        throw limited(failed, 'Too many refused credentials came from your address');
      try {
        const principal = await authenticate();
        remember(known, digest);
        return principal;
      } catch (error) {
        if (error instanceof Problem && error.code === 'unauthenticated') {
          known.delete(digest);
          await failures.penalty(address);
        }
        throw error;
      }
    },
  };
}

function remember(known: Map<string, number>, digest: string): void {
  known.delete(digest);
  known.set(digest, Date.now() + KNOWN_MS);
  const [oldest] = known.keys();
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
}

interface Limiter {
  readonly points: number;
  consume(key: string): Promise<RateLimiterRes>;
}

function limiter({ perSecond, burst }: Rate): Limiter {
  const bursty = new BurstyRateLimiter(
    new RateLimiterMemory({ keyPrefix: 'rate', points: perSecond, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: 'burst', points: burst, duration: BURST_SECONDS }),
  );
  return { points: perSecond, consume: (key) => bursty.consume(key) };
}

async function take(from: Limiter, key: string, who: string): Promise<RateLimitHeaders> {
  try {
    return headersOf(from.points, await from.consume(key));
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw limited(error, `${who} too fast: ${from.points} ${from.points === 1 ? 'is' : 'are'} allowed`, from.points);
  }
}

function limited(state: RateLimiterRes, why: string, points?: number): Problem {
  const seconds = secondsOf(state);
  return new Problem('rate_limited', `${why}. Try again in ${seconds} s.`, {
    retryAfter: seconds,
    ...(points !== undefined && { headers: headersOf(points, state) }),
  });
}

const secondsOf = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1_000));

const headersOf = (points: number, state: RateLimiterRes): RateLimitHeaders => ({
  'ratelimit-limit': String(points),
  'ratelimit-remaining': String(state.remainingPoints),
  'ratelimit-reset': String(secondsOf(state)),
});
