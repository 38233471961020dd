import { doublePrecision, integer, json, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Json } from '../../dsl/ir/json.ts';
import type { ExecutionView } from '../../executions/view.ts';
import type { ExecutionStatus } from '../../workflows/contract.ts';
import { bytes, instant } from './columns.ts';

/** Partitioned by month of `started_at`. Written by the sweeper alone (src/archive). */
export const archivedExecutions = pgTable(
  'archived_executions',
  {
    organisation: text('organisation').notNull(),
    executionId: text('execution_id').notNull(),
    flow: text('flow').notNull(),
    version: text('version').notNull(),
    hash: text('hash').notNull(),
    environment: text('environment').notNull(),
    category: text('category'),
    status: text('status').$type<ExecutionStatus>().notNull(),
    tags: text('tags').array().notNull().default([]),
    startedAt: instant('started_at').notNull(),
    lastStartedAt: instant('last_started_at').notNull(),
    endedAt: instant('ended_at').notNull(),
    durationMs: doublePrecision('duration_ms').notNull(),
    origin: text('origin'),
    runs: text('runs').array().notNull(),
    counted: text('counted').array().notNull(),
    events: integer('events').notNull(),
    request: text('request'),
    view: json('view').$type<ExecutionView>().notNull(),
    history: bytes('history').notNull(),
    archivedAt: instant('archived_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.startedAt, table.executionId] })],
);

export const positions = pgTable('positions', {
  name: text('name').primaryKey(),
  value: jsonb('value').$type<Json>().notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
