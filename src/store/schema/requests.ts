import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    organisation: text('organisation').notNull(),
    actor: text('actor').notNull(),
    key: text('key').notNull(),
    operation: text('operation').notNull(),
    bodyHash: text('body_hash').notNull(),
    attempt: uuid('attempt').notNull(),
    effect: boolean('effect').notNull().default(false),
    status: integer('status'),
    headers: jsonb('headers').$type<Readonly<Record<string, string>>>(),
    body: text('body'),
    createdAt: instant('created_at').notNull().defaultNow(),
    claimedAt: instant('claimed_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.actor, table.key] })],
);
