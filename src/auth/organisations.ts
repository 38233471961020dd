import type { Page, PageRequest } from './page.ts';

export interface Organisation {
  readonly id: string;
  readonly title: string;
  readonly createdAt: Date;
}

/** Whoever administers this organisation operates the installation: it makes the others, and sees that they are there. */
export const OPERATING_ORGANISATION = 'default';

export interface Organisations {
  /** Newest first: all for the operating organisation, its own for any other. */
  list(page: PageRequest): Promise<Page<Organisation>>;
  /** With environments dev, staging and prod, and an owner token that is shown here and never again. Throws forbidden, exists. */
  create(request: {
    readonly id: string;
    readonly title: string;
  }): Promise<{ readonly organisation: Organisation; readonly ownerToken: string }>;
}
