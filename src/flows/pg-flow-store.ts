import type { AdapterManifest } from '../adapters/manifest.ts';
import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import type { FlowCache, FlowPointer } from './flow-cache.ts';
import { selectCatalogue } from './pg-catalogues.ts';
import { selectManifests, selectNames, selectPage, selectPointer, selectVersions } from './flow-queries.ts';
import { parseFlowRef, pickVersion } from './flow-ref.ts';
import type {
  FlowFilter,
  FlowPageRequest,
  FlowStore,
  GetOptions,
  StoredFlow,
  VersionPageRequest,
} from './flow-store.ts';
import { newestFirst } from './version-history.ts';

export interface PgFlowStoreDeps {
  readonly database: Database;
  readonly cache: FlowCache;
  /** Adapters that are code: every organisation has them, and none can take their names. */
  readonly codedAdapters: () => ReadonlyMap<string, AdapterManifest>;
}

const EVERYTHING = { all: true, flows: new Set<string>(), categories: new Set<string>() };
const PAGE = 200;
/** Described adapters that a coded one hides, by the environment that was loaded with them. */
const HIDDEN = new WeakMap<CompileEnvironment, readonly string[]>();
/** Bytes in memory for one of JSON text, about. */
const BYTES_IN_MEMORY = 6;

/**
 * Flows in the database, by organisation. What is cached costs well under 1 ms; see {@link FlowCache} for when it counts. All but
 * `close` throw store_unavailable when PostgreSQL is away and what they need is not cached.
 *
 * That the compiled form still has its hash is not checked when it is read: it is stored as text, digit by digit (a test
 * compares), rows can't be changed, and a release that hashes in another way must still run what is stored.
 */
export function createPgFlowStore(deps: PgFlowStoreDeps): (organisation: string) => FlowStore {
  return (organisation) => new PgFlowStore(deps, organisation);
}

class PgFlowStore implements FlowStore {
  readonly writable = true;
  readonly #deps: PgFlowStoreDeps;
  readonly #organisation: string;

  constructor(deps: PgFlowStoreDeps, organisation: string) {
    this.#deps = deps;
    this.#organisation = organisation;
  }

  async get(ref: string, { includeArchived = false }: GetOptions = {}): Promise<StoredFlow | undefined> {
    const { name, range } = parseFlowRef(ref);
    const pointer = await this.#pointer(name);
    if (pointer === null || (pointer.archived && !includeArchived)) return undefined;
    const found = pickVersion(pointer.versions, range);
    if (found === undefined) return undefined;
    const [flow] = await this.#load(pointer, [found.version]);
    return flow;
  }

  async versions(name: string, { includeArchived = false }: GetOptions = {}): Promise<readonly StoredFlow[]> {
    const pointer = await this.#pointer(parseFlowRef(name).name);
    if (pointer === null || (pointer.archived && !includeArchived)) return [];
    return this.#load(
      pointer,
      pointer.versions.map(({ version }) => version),
    );
  }

  async versionPage(name: string, { includeArchived = false, after, limit }: VersionPageRequest) {
    const pointer = await this.#pointer(parseFlowRef(name).name);
    if (pointer === null || (pointer.archived && !includeArchived)) return null;
    const behind = pointer.versions.filter((one) => after === null || newestFirst({ version: after }, one) < 0);
    return this.#load(
      pointer,
      behind.slice(0, limit).map(({ version }) => version),
    );
  }

  async list(filter: FlowFilter = {}): Promise<readonly StoredFlow[]> {
    const found: StoredFlow[] = [];
    for (let after: string | null = null; ; ) {
      const page = await this.page({ ...filter, scope: EVERYTHING, after, limit: PAGE });
      const loaded = await Promise.all(
        page.map(({ name, version }) => this.get(`${name}@${version}`, { includeArchived: true })),
      );
      found.push(...loaded.filter((flow) => flow !== undefined));
      after = page.at(-1)?.name ?? null;
      if (page.length < PAGE) return found;
    }
  }

  page(request: FlowPageRequest) {
    return read(this.#deps.database, (db) => selectPage(db, this.#organisation, request));
  }

  environment(): Promise<CompileEnvironment> {
    const { database, cache, codedAdapters } = this.#deps;
    const organisation = this.#organisation;
    return cache.environment(organisation, () =>
      read(database, async (db) => {
        const [described, catalogue, flows] = await Promise.all([
          selectManifests(db, organisation),
          selectCatalogue(db, organisation),
          selectNames(db, organisation),
        ]);
        // Coded adapters last: a release may bring one whose name a description took before.
        const adapters = new Map([
          ...described.map((manifest) => [manifest.name, manifest] as const),
          ...codedAdapters(),
        ]);
        const environment = { adapters, actions: catalogue?.actions ?? {}, flows };
        HIDDEN.set(
          environment,
          described.flatMap(({ name }) => (codedAdapters().has(name) ? [name] : [])),
        );
        return environment;
      }),
    );
  }

  async catalogue() {
    return (await this.environment()).actions;
  }

  /** Faults are refused when something is stored; what remains is an adapter whose name a coded one has taken since. */
  async problems(): Promise<readonly string[]> {
    return (HIDDEN.get(await this.environment()) ?? []).map(
      (name) => `the adapter ${name} is hidden by the built-in one of that name`,
    );
  }

  async close(): Promise<void> {
    // The cache and the database are shared: they are closed by who made them.
  }

  #pointer(nameOrId: string): Promise<FlowPointer | null> {
    const { database, cache } = this.#deps;
    return cache.pointer(this.#organisation, nameOrId, () =>
      read(database, (db) => selectPointer(db, this.#organisation, nameOrId)),
    );
  }

  /** In the order asked for. */
  async #load({ id, name }: FlowPointer, versions: readonly string[]): Promise<readonly StoredFlow[]> {
    const { cache, database } = this.#deps;
    const key = (version: string): string => `${this.#organisation}\0${id}\0${version}`;
    const found = new Map<string, StoredFlow>();
    for (const version of versions) {
      const cached = cache.versions.get(key(version));
      if (cached !== undefined) found.set(version, cached);
    }
    const missing = versions.filter((version) => !found.has(version));
    if (missing.length > 0) {
      const loaded = await read(database, (db) =>
        selectVersions(db, { organisation: this.#organisation, id, name }, missing),
      );
      for (const { flow, bytes } of loaded) {
        cache.versions.set(key(flow.version), flow, bytes * BYTES_IN_MEMORY);
        found.set(flow.version, flow);
      }
    }
    return versions.flatMap((version) => found.get(version) ?? []);
  }
}
