import type { Page, PageRequest } from './page.ts';
import type { Grant, Principal } from './principal.ts';

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** To the hour: a write for each request would cost more than it tells. */
  readonly lastUsedAt: Date | null;
}

/** The caller with what it may do: nobody gives, sees or takes more than that. */
export type Caller = Pick<Principal, 'id' | 'grants'>;

export interface NewToken {
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Null: never, which takes org:admin. Left out: in 90 days, or when the token that makes it expires. */
  readonly expiresAt?: Date | null;
}

/** Machine tokens of the organisation. Administrators see and revoke all, everyone else those that they made. */
export interface Tokens {
  list(caller: Caller, page: PageRequest): Promise<Page<Token>>;
  /** `secret` is given here and never again. A token can't have more than its maker. Throws forbidden, invalid_request. */
  create(caller: Caller, request: NewToken): Promise<{ readonly token: Token; readonly secret: string }>;
  /** From then on refused, everywhere. `made`: those that it made are revoked too. Throws not_found, last_admin. */
  revoke(caller: Caller, id: string, options?: { readonly made?: boolean }): Promise<Token>;
}
