import type { GrantScope, Role } from './principal.ts';

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
  list(): Promise<readonly GivenGrant[]>;
  /** Throws exists, invalid_request. */
  give(grant: Pick<GivenGrant, 'subject' | 'role' | 'on'>): Promise<GivenGrant>;
  /** Throws not_found. */
  take(id: string): Promise<void>;
}
