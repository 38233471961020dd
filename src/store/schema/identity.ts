import { jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Grant, Role } from '../../auth/principal.ts';
import { bytes, instant } from './columns.ts';

/** What an identity provider said of a person at login. */
export interface SessionClaims {
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  /** What `approve.to` may call this person: e-mail address, user name. */
  readonly aliases: readonly string[];
}

export const users = pgTable(
  'users',
  {
    organisation: text('organisation').notNull(),
    id: text('id').notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    name: text('name').notNull(),
    disabledAt: instant('disabled_at'),
    firstSeenAt: instant('first_seen_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.id] })],
);

export const tokens = pgTable('tokens', {
  id: uuid('id').primaryKey(),
  organisation: text('organisation').notNull(),
  name: text('name').notNull(),
  secretHash: bytes('secret_hash').notNull(),
  grants: jsonb('grants').$type<readonly Grant[]>().notNull(),
  createdAt: instant('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  revokedBy: text('revoked_by'),
  lastUsedAt: instant('last_used_at'),
});

export const sessions = pgTable('sessions', {
  idHash: bytes('id_hash').primaryKey(),
  organisation: text('organisation').notNull(),
  userId: text('user_id').notNull(),
  claims: jsonb('claims').$type<SessionClaims>().notNull(),
  createdAt: instant('created_at').notNull(),
  lastSeenAt: instant('last_seen_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const loginAttempts = pgTable('login_attempts', {
  stateHash: bytes('state_hash').primaryKey(),
  codeVerifier: text('code_verifier').notNull(),
  nonce: text('nonce').notNull(),
  returnTo: text('return_to').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const grants = pgTable('grants', {
  id: uuid('id').primaryKey(),
  organisation: text('organisation').notNull(),
  subjectKind: text('subject_kind').$type<'user' | 'group'>().notNull(),
  subject: text('subject').notNull(),
  role: text('role').$type<Role>().notNull(),
  scopeKind: text('scope_kind').$type<'all' | 'category' | 'flow'>().notNull(),
  scope: text('scope'),
  createdAt: instant('created_at').notNull(),
  createdBy: text('created_by').notNull(),
});
