import type { Principal } from '../auth/principal.ts';

/**
 * Who sends this request, by its credential: bearer token, or session cookie. Null when it has none. Throws `unauthenticated` for
 * a credential that is forged, expired or revoked, store_unavailable when that can't be told now.
 */
export type Authenticate = (request: Request) => Promise<Principal | null>;
