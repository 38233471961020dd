import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { JsonObject } from '../../dsl/ir/json.ts';
import { instant } from './columns.ts';

/** One version of a split. Weights are whole and positive; their sum is what they are parts of. */
export interface DeployedVersion {
  readonly version: string;
  readonly weight: number;
}

export const environments = pgTable(
  'environments',
  {
    organisation: text('organisation').notNull(),
    name: text('name').notNull(),
    rank: integer('rank').notNull(),
    config: jsonb('config').$type<JsonObject>().notNull().default({}),
    runsLatest: boolean('runs_latest').notNull().default(false),
    promotesFrom: text('promotes_from'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.name] })],
);

export const deployments = pgTable(
  'deployments',
  {
    organisation: text('organisation').notNull(),
    environment: text('environment').notNull(),
    flowId: uuid('flow_id').notNull(),
    revision: integer('revision').notNull(),
    id: uuid('id').notNull(),
    versions: jsonb('versions').$type<readonly DeployedVersion[]>().notNull(),
    splitKey: text('split_key'),
    rolledBackTo: integer('rolled_back_to'),
    comment: text('comment'),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.environment, table.flowId, table.revision] })],
);
