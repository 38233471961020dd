import type { Adapter } from '../adapters/adapter.ts';
import { formatManifestProblem } from '../adapters/load-manifests.ts';
import { type AdapterRegistry, createRegistry, type RegistryOptions } from '../adapters/registry.ts';

/** Calls that began with an older registry may still use its connections: the longest a call is given without an author's word. */
const RETIRE_MS = 10 * 60_000;

/** The registry of now, made anew whenever adapter files change. Activities ask through it, so that they always see the latest. */
export interface LiveRegistry {
  readonly find: (name: string, pin?: string) => Promise<Adapter | undefined>;
  /** For the folder store. */
  readonly load: (
    folders: readonly string[],
  ) => Promise<{ manifests: AdapterRegistry['manifests']; problems: readonly string[] }>;
  /** Of all adapters as of the last load. */
  readonly manifests: () => AdapterRegistry['manifests'];
  readonly close: () => Promise<void>;
}

export function createLiveRegistry(options: Omit<RegistryOptions, 'folders' | 'previous'>): LiveRegistry {
  let current: AdapterRegistry | undefined;
  const retired = new Map<AdapterRegistry, NodeJS.Timeout>();
  const retire = (registry: AdapterRegistry) => {
    const close = () => {
      retired.delete(registry);
      registry.close().catch(() => undefined);
    };
    retired.set(registry, setTimeout(close, RETIRE_MS).unref());
  };
  return {
    find: async (name, pin) => current?.find(name, pin),
    manifests: () => current?.manifests ?? new Map(),
    load: async (folders) => {
      const next = await createRegistry({ ...options, folders });
      if (current !== undefined) retire(current);
      current = next;
      return { manifests: next.manifests, problems: next.problems.map(formatManifestProblem) };
    },
    close: async () => {
      for (const timer of retired.values()) clearTimeout(timer);
      await Promise.all(
        [...retired.keys(), ...(current === undefined ? [] : [current])].map((registry) => registry.close()),
      );
    },
  };
}
