import { bigint, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { StoredIntent } from '../../audit/intents.ts';
import { bytes, instant } from './columns.ts';

export const auditHeads = pgTable('audit_heads', {
  organisation: text('organisation').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  hash: bytes('hash').notNull(),
  at: instant('at').notNull(),
});

/** Partitioned by month of `at`, the time of appending, which never goes back along a chain; written by weir_audit_append only. */
export const auditRecords = pgTable(
  'audit_records',
  {
    organisation: text('organisation').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    action: text('action').notNull(),
    outcome: text('outcome').notNull(),
    actor: text('actor').notNull(),
    subjectType: text('subject_type').notNull(),
    subject: text('subject').notNull(),
    requestId: text('request_id'),
    body: text('body').notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.seq, table.at] })],
);

export const auditAnchors = pgTable(
  'audit_anchors',
  {
    organisation: text('organisation').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    hash: bytes('hash').notNull(),
    droppedPartition: text('dropped_partition').notNull(),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.seq] })],
);

export const auditCheckpoints = pgTable(
  'audit_checkpoints',
  {
    organisation: text('organisation').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    hash: bytes('hash').notNull(),
    at: instant('at').notNull(),
    keyId: text('key_id').notNull(),
    signature: bytes('signature').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.seq] })],
);

export const auditIntents = pgTable('audit_intents', {
  id: uuid('id').primaryKey(),
  organisation: text('organisation').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  entry: jsonb('entry').$type<StoredIntent>().notNull(),
  at: instant('at').notNull(),
});
