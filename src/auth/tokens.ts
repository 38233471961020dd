import type { Grant } from './principal.ts';

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface Tokens {
  list(): Promise<readonly Token[]>;
  /** `secret` is given here and never again. A token can't have more than its maker. Throws forbidden, invalid_request. */
  create(request: {
    readonly name: string;
    readonly grants: readonly Grant[];
    readonly expiresAt: Date | null;
  }): Promise<{ readonly token: Token; readonly secret: string }>;
  /** From then on refused, everywhere. Throws not_found. */
  revoke(id: string): Promise<Token>;
}
