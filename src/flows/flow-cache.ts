import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import type { Notifications } from '../store/notifications.ts';
import { BoundedCache } from './bounded-cache.ts';
import { FLOW_CHANNEL, type FlowChange, readAnnouncement } from './flow-announcements.ts';
import type { StoredFlow } from './flow-store.ts';

/** A flow without its versions' content. */
export interface FlowPointer {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
  /** Highest first. */
  readonly versions: readonly { readonly version: string; readonly hash: string }[];
}

/** What this process knows of the flows of all organisations. */
export interface FlowCache {
  /** By name or id. Changes of other processes are known within milliseconds of their commit, those of this one at once (`forget`). */
  pointer(organisation: string, nameOrId: string, load: () => Promise<FlowPointer | null>): Promise<FlowPointer | null>;
  environment(organisation: string, load: () => Promise<CompileEnvironment>): Promise<CompileEnvironment>;
  /** Versions never change: they are kept until others need the room. */
  readonly versions: BoundedCache<StoredFlow>;
  /** To be called after the commit of a change of this process. */
  forget(change: FlowChange): void;
  /** Ends listening. */
  close(): Promise<void>;
}

/** Whatever goes wrong with notifications, nothing that can change is older than this. */
const TTL_MS = 5 * 60_000;
const MAX_POINTERS = 20_000;
const MAX_ENVIRONMENTS = 200;
/** Weight of versions: about bytes in memory. */
const MAX_VERSION_BYTES = 256 * 1024 * 1024;

/**
 * Correctness over speed: while notifications may be missed, nothing that can change is taken from the cache or kept, and
 * what was loaded while a change was announced is not kept either.
 */
export function createFlowCache({
  notifications,
  clock,
}: {
  readonly notifications: Notifications;
  /** ms, for tests of the time to live. */
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
  let changes = 0;

  const forget = ({ organisation, flow }: FlowChange): void => {
    changes += 1;
    loading.clear();
    environments.delete(organisation);
    if (flow !== null) pointers.delete(key(organisation, flow));
  };
  const forgetAll = (): void => {
    changes += 1;
    loading.clear();
    pointers.clear();
    environments.clear();
  };
  const stops = [
    notifications.on(FLOW_CHANNEL, (payload) => {
      const change = readAnnouncement(payload);
      if (change !== null) forget(change);
    }),
    notifications.onLost(forgetAll),
  ];

  /** `keep` is called only where nothing has changed since the load began. */
  async function through<T>(name: string, load: () => Promise<T>, keep: (value: T) => void): Promise<T> {
    const joined = loading.get(name) as Promise<T> | undefined; // `name` tells the kind of what is loaded
    if (joined !== undefined) return joined;
    const begun = changes;
    const loaded = load();
    loading.set(name, loaded);
    try {
      const value = await loaded;
      if (changes === begun) keep(value);
      return value;
    } finally {
      if (loading.get(name) === loaded) loading.delete(name);
    }
  }

  return {
    versions: new BoundedCache({ maxWeight: MAX_VERSION_BYTES }),
    async pointer(organisation, nameOrId, load) {
      const sure = notifications.sure();
      if (sure !== true && !(await sure)) return load();
      const at = key(organisation, names.get(key(organisation, nameOrId)) ?? nameOrId);
      return (
        pointers.get(at) ??
        through(`flow\0${at}`, load, (found) => {
          // What is not there is not kept: names that don't exist could fill the room.
          if (found === null) return;
          pointers.set(key(organisation, found.name), found);
          names.set(key(organisation, found.id), found.name);
        })
      );
    },
    async environment(organisation, load) {
      const sure = notifications.sure();
      if (sure !== true && !(await sure)) return load();
      return (
        environments.get(organisation) ??
        through(`environment\0${organisation}`, load, (found) => environments.set(organisation, found))
      );
    },
    forget,
    async close() {
      for (const stop of stops) stop();
    },
  };
}

const key = (organisation: string, nameOrId: string): string => `${organisation}\0${nameOrId}`;
