// The API with flows in a database of its own.
import { inject } from 'vitest';
import { type StoreApi, storeApi } from '../../api/testdata/store-api.ts';
import type { AuditContext } from '../../audit/entry.ts';
import type { Grant } from '../../auth/principal.ts';
import { LOCAL_PRINCIPAL } from '../../auth/principal.ts';
import { compile } from '../../dsl/index.ts';
import type { ActionManifest, AdapterManifest } from '../../adapters/manifest.ts';
import type { Database } from '../../store/database.ts';
import { createNotifications } from '../../store/notifications.ts';
import { createFlowCache, type FlowCache } from '../flow-cache.ts';
import type { FlowStore } from '../flow-store.ts';
import { createPgAdapterManifests } from '../pg-adapter-manifests.ts';
import { createPgCatalogues } from '../pg-catalogues.ts';
import { createPgImports } from '../pg-imports.ts';
import { createPgTemplates } from '../pg-templates.ts';
import { createPgFlowStore } from '../pg-flow-store.ts';
import { createPgFlowWriter } from '../pg-flow-writer.ts';

const FIND: ActionManifest = { idempotency: 'safe', completion: 'sync', input: { type: 'object' } };
/** The coded adapter of the tests. */
export const CRM: AdapterManifest = { name: 'crm', version: '2.1.0', hash: 'c'.repeat(64), actions: { find: FIND } };
const CODED: ReadonlyMap<string, AdapterManifest> = new Map([['crm', CRM]]);

export interface FlowApi extends StoreApi {
  readonly cache: FlowCache;
  readonly flows: (organisation?: string) => FlowStore;
  /** What `inUse` says from now on, by flow. */
  readonly uses: Map<string, readonly string[]>;
  /** Who asks from now on: these grants, in this organisation. */
  readonly as: (grants: readonly Grant[], organisation?: string) => void;
  /** Audit records so far: action, subject, details. */
  readonly audited: () => Promise<readonly { action: string; subject: string; details: Record<string, unknown> }[]>;
}

export interface FlowApiOptions {
  readonly now?: () => number;
  /** Default: `crm` alone. */
  readonly codedAdapters?: ReadonlyMap<string, AdapterManifest>;
}

export async function flowApi(options: FlowApiOptions = {}): Promise<FlowApi> {
  const uses = new Map<string, readonly string[]>();
  const parts = new WeakMap<Database, ReturnType<typeof partsOf>>();
  const of = (database: Database) => {
    const made = parts.get(database) ?? partsOf(database, uses, options.codedAdapters);
    parts.set(database, made);
    return made;
  };
  const api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    ...options,
    services: (context, database) => ({ flows: of(database).flows(context.principal.organisation) }),
    control: (context, database) => of(database).control(context),
  });
  const { cache, flows, notifications } = of(api.database);
  const close = api.close;
  return Object.assign(api, {
    cache,
    flows: (organisation = 'default') => flows(organisation),
    uses,
    as(grants: readonly Grant[], organisation = 'default') {
      api.principal = { ...LOCAL_PRINCIPAL, id: 'user:ada', grants, organisation };
    },
    async audited() {
      const rows = await api.database.sql<{ body: string }[]>`select body from audit_records order by seq`;
      return rows.map(({ body }) => {
        const { action, subject, details } = JSON.parse(body);
        return { action, subject: subject.id, details };
      });
    },
    async close() {
      await notifications.close();
      await close();
    },
  });
}

/** What the composition root makes. */
export function partsOf(database: Database, uses: ReadonlyMap<string, readonly string[]> = new Map(), coded = CODED) {
  const codedAdapters = () => coded;
  const notifications = createNotifications(database);
  const cache = createFlowCache({ notifications });
  const flows = createPgFlowStore({ database, cache, codedAdapters });
  const writing = {
    database,
    cache,
    flowsOf: flows,
    compile,
    inUse: async ({ name }: { readonly name: string }) => uses.get(name) ?? [],
  };
  const writer = createPgFlowWriter(writing);
  const imports = createPgImports({ ...writing, codedAdapters });
  const templates = createPgTemplates({ database, writer });
  const catalogues = createPgCatalogues({ database, cache });
  const manifests = createPgAdapterManifests({ database, cache, codedAdapters });
  return {
    cache,
    notifications,
    flows,
    control: (context: AuditContext) => ({
      writer: writer(context),
      templates: templates(context),
      catalogues: catalogues(context),
      manifests: manifests(context),
      imports: imports(context),
    }),
  };
}

/** A small flow; `extra` are further lines of its frame. */
export const flowText = (name: string, extra = '', seconds = 1): string =>
  `flow: ${name}\n${extra}steps:\n  - pause: { wait: ${seconds}s }\n`;
export const YAML = { 'content-type': 'application/yaml' };
