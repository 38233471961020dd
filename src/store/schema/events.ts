import { boolean, customType, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { TriggerIr } from '../../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { Arrival, Target } from '../../events/arrival.ts';
import type { EventDelivery } from '../../events/sink.ts';
import { bytes, instant } from './columns.ts';

/** Any JSON as it is: drizzle's own `json` would read a text such as `"123"` as the number. JSON's null goes in as `'null'::json`. */
const json = customType<{ data: Json; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value as Json, // the driver has parsed it
});

export const events = pgTable(
  'events',
  {
    organisation: text('organisation').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<Arrival['kind']>().notNull(),
    identity: bytes('identity').notNull(),
    source: text('source').notNull(),
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    time: text('time').notNull(),
    headers: json('headers').$type<JsonObject>().notNull(),
    data: json('data').notNull(),
    targets: jsonb('targets').$type<readonly Target[]>(),
    receivedAt: instant('received_at').notNull(),
    processedAt: instant('processed_at'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    rejected: boolean('rejected').notNull().default(false),
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
    pausedThere: boolean('paused_there').notNull().default(false),
    removed: boolean('removed').notNull().default(false),
    generation: integer('generation').notNull().default(1),
    applied: integer('applied').notNull().default(0),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.id] })],
);
