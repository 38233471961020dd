import type { Page, PageRequest } from './page.ts';

/** A person that the identity provider has named in a request or login. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly disabledAt: Date | null;
  readonly firstSeenAt: Date;
  /** To the hour. */
  readonly lastSeenAt: Date;
}

export interface Users {
  /** Latest arrival first. */
  list(page: PageRequest): Promise<Page<User>>;
  /** Refused from then on, and sessions end. `tokens`: those that this user made are revoked too. Throws not_found, last_admin. */
  disable(id: string, options: { readonly tokens: boolean }): Promise<User>;
  /** Throws not_found. What was revoked stays revoked. */
  enable(id: string): Promise<User>;
}
