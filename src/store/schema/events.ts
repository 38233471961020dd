import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { TriggerIr } from '../../dsl/ir/flow.ts';
import type { EventDelivery } from '../../events/sink.ts';
import { instant } from './columns.ts';

export const events = pgTable(
  'events',
  {
    organisation: text('organisation').notNull(),
    id: uuid('id').notNull(),
    source: text('source').notNull(),
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    time: instant('time').notNull(),
    headers: jsonb('headers').$type<JsonObject>().notNull(),
    data: jsonb('data').$type<Json>().notNull(),
    receivedAt: instant('received_at').notNull(),
    processedAt: instant('processed_at'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    outcome: jsonb('outcome').$type<EventDelivery>(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.id] })],
);

export const schedules = pgTable(
  'schedules',
  {
    organisation: text('organisation').notNull(),
    id: text('id').notNull(),
    environment: text('environment').notNull(),
    flow: text('flow').notNull(),
    position: integer('position').notNull(),
    trigger: jsonb('trigger').$type<Extract<TriggerIr, { on: 'schedule' }>>().notNull(),
    paused: boolean('paused').notNull().default(false),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.id] })],
);
