import type { Page, PageRequest } from './page.ts';
import type { GrantScope, Role } from './principal.ts';
import type { Caller } from './tokens.ts';

export interface GivenGrant {
  readonly id: string;
  readonly subject: { readonly kind: 'user' | 'group'; readonly id: string };
  readonly role: Role;
  readonly on: GrantScope;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Roles given to people and groups of the organisation. They count from the next request on. */
export interface Grants {
  list(page: PageRequest): Promise<Page<GivenGrant>>;
  /** Nobody gives more than he has. Throws forbidden, exists, invalid_request for a user who has never been here. */
  give(caller: Caller, grant: Pick<GivenGrant, 'subject' | 'role' | 'on'>): Promise<GivenGrant>;
  /** Throws not_found, last_admin. */
  take(id: string): Promise<void>;
}
