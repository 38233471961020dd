import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import type { Database } from '../store/database.ts';
import { BoundedCache } from './bounded-cache.ts';
import { type FlowChange, listenForChanges } from './flow-announcements.ts';
import type { StoredFlow } from './flow-store.ts';

/** A flow without its versions' content. */
export interface FlowPointer {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
  /** Newest first. */
  readonly versions: readonly { readonly version: string; readonly hash: string }[];
}

/** What this process knows of the flows of all organisations. */
export interface FlowCache {
  /** By name or id. Changes of other processes are known within milliseconds, those of this one at once (`forget`). */
  pointer(organisation: string, nameOrId: string, load: () => Promise<FlowPointer | null>): Promise<FlowPointer | null>;
  /** Versions never change: they are kept until others need the room. */
  readonly versions: BoundedCache<StoredFlow>;
  environment(organisation: string, load: () => Promise<CompileEnvironment>): Promise<CompileEnvironment>;
  /** To be called after the commit of a change of this process. */
  forget(change: FlowChange): void;
  /** False: there is no connection that tells of changes, and everything but versions is read from the database. */
  readonly live: boolean;
  /** Resolves when it is live. */
  whenLive(): Promise<void>;
  close(): Promise<void>;
}

/** Even with a connection that looks alive and is not, nothing is older than this. */
const TTL_MS = 5 * 60_000;
const MAX_POINTERS = 20_000;
const MAX_ENVIRONMENTS = 200;
/** Weight of versions: about bytes in memory. */
const MAX_VERSION_BYTES = 256 * 1024 * 1024;

/**
 * Correctness over speed: without the listening connection nothing that can change is kept, and what was loaded while a change
 * was announced is not kept either.
 */
export function createFlowCache({
  database,
  clock,
}: {
  readonly database: Pick<Database, 'sql'>;
  /** For tests of the time to live. */
  readonly clock?: () => number;
}): FlowCache {
  const timed = { ttlMs: TTL_MS, ...(clock !== undefined && { clock }) };
  /** By name. */
  const pointers = new BoundedCache<FlowPointer>({ maxWeight: MAX_POINTERS, ...timed });
  /** Ids never change their flow: they lead to its name. */
  const names = new BoundedCache<string>({ maxWeight: MAX_POINTERS });
  const environments = new BoundedCache<CompileEnvironment>({ maxWeight: MAX_ENVIRONMENTS, ...timed });
  /** Loads under way, which those who come later join. Emptied at every change. */
  const loading = new Map<string, Promise<unknown>>();
  let live = false;
  let changes = 0;
  let waiters: (() => void)[] = [];

  const forget = ({ organisation, flow }: FlowChange): void => {
    changes += 1;
    loading.clear();
    environments.delete(organisation);
    if (flow !== null) pointers.delete(key(organisation, flow));
  };
  const stop = listenForChanges(database, {
    onChange: forget,
    onLive(now) {
      live = now;
      changes += 1;
      loading.clear();
      pointers.clear();
      environments.clear();
      if (!now) return;
      for (const resolve of waiters) resolve();
      waiters = [];
    },
  });

  /** `keep` is called only where nothing has changed since the load began. */
  async function through<T>(name: string, load: () => Promise<T>, keep: (value: T) => void): Promise<T> {
    if (!live) return load();
    const joined = loading.get(name) as Promise<T> | undefined; // `name` tells the kind of what is loaded
    if (joined !== undefined) return joined;
    const begun = changes;
    const loaded = load();
    loading.set(name, loaded);
    try {
      const value = await loaded;
      if (live && changes === begun) keep(value);
      return value;
    } finally {
      if (loading.get(name) === loaded) loading.delete(name);
    }
  }

  return {
    versions: new BoundedCache({ maxWeight: MAX_VERSION_BYTES }),
    async pointer(organisation, nameOrId, load) {
      const at = key(organisation, names.get(key(organisation, nameOrId)) ?? nameOrId);
      const known = live ? pointers.get(at) : undefined;
      if (known !== undefined) return known;
      return through(`flow\0${at}`, load, (found) => {
        // What is not there is not kept: names that don't exist could fill the room.
        if (found === null) return;
        pointers.set(key(organisation, found.name), found);
        names.set(key(organisation, found.id), found.name);
      });
    },
    async environment(organisation, load) {
      const known = live ? environments.get(organisation) : undefined;
      return known ?? through(`environment\0${organisation}`, load, (found) => environments.set(organisation, found));
    },
    forget,
    get live() {
      return live;
    },
    whenLive: () => (live ? Promise.resolve() : new Promise((resolve) => void waiters.push(resolve))),
    close: stop,
  };
}

const key = (organisation: string, nameOrId: string): string => `${organisation}\0${nameOrId}`;
