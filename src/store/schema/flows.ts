import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, json, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { AdapterSpec } from '../../adapters/from-manifest/spec.ts';
import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { JsonObject } from '../../dsl/ir/json.ts';
import { instant, tsvector } from './columns.ts';

/** Adapters that a version was checked against: name → version and hash of the manifest. */
export type LockedAdapters = Readonly<Record<string, { readonly version: string; readonly hash: string }>>;

export const flows = pgTable(
  'flows',
  {
    organisation: text('organisation').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    title: text('title'),
    description: text('description'),
    category: text('category'),
    tags: text('tags').array().notNull().default([]),
    latestVersion: text('latest_version').notNull(),
    latestHash: text('latest_hash').notNull(),
    archivedAt: instant('archived_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    search: tsvector('search').generatedAlwaysAs(sql`''`),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.id] })],
);

export const flowVersions = pgTable(
  'flow_versions',
  {
    organisation: text('organisation').notNull(),
    flowId: uuid('flow_id').notNull(),
    version: text('version').notNull(),
    position: bigint('position', { mode: 'number' }).generatedAlwaysAsIdentity(),
    hash: text('hash').notNull(),
    source: text('source').notNull(),
    mediaType: text('media_type').$type<'application/yaml' | 'application/json'>().notNull(),
    ir: json('ir').$type<FlowIr>().notNull(),
    diagnostics: json('diagnostics').$type<readonly Diagnostic[]>().notNull().default([]),
    adapters: jsonb('adapters').$type<LockedAdapters>().notNull().default({}),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.flowId, table.version] })],
);

export const templates = pgTable(
  'templates',
  {
    organisation: text('organisation').notNull(),
    name: text('name').notNull(),
    title: text('title'),
    description: text('description'),
    category: text('category'),
    tags: text('tags').array().notNull().default([]),
    parameters: json('parameters').$type<JsonObject>().notNull(),
    source: text('source').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.name] })],
);

export const adapterManifests = pgTable(
  'adapter_manifests',
  {
    organisation: text('organisation').notNull(),
    hash: text('hash').notNull(),
    name: text('name').notNull(),
    version: text('version').notNull(),
    source: text('source').notNull(),
    spec: json('spec').$type<AdapterSpec>().notNull(),
    current: boolean('current').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.hash] })],
);

export const actionCatalogues = pgTable(
  'action_catalogues',
  {
    organisation: text('organisation').notNull(),
    revision: integer('revision').notNull(),
    source: text('source').notNull(),
    hash: text('hash').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisation, table.revision] })],
);
