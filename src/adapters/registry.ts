// Which adapters there are: the built-in ones and those described by files. One registry serves the compiler (manifests)
// and the activity (functions). Reloading makes a new registry; `previous` keeps what running executions are pinned to.
import { dirname } from 'node:path';
import type { Adapter } from './adapter.ts';
import { type EmailDeps, createEmailAdapter } from './email/index.ts';
import { adapterFromManifest } from './from-manifest/index.ts';
import type { Settings } from './from-manifest/settings.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from './http/client.ts';
import { createHttpAdapter } from './http/index.ts';
import { loadManifests, type ManifestProblem } from './load-manifests.ts';
import { logAdapter } from './log/index.ts';
import type { AdapterManifest } from './manifest.ts';
import type { PinStore } from './pin-store.ts';

export interface AdapterRegistry {
  readonly adapters: ReadonlyMap<string, Adapter>;
  /** For the compiler's environment. */
  readonly manifests: ReadonlyMap<string, AdapterManifest>;
  /** Faulty adapter files; their adapters are missing. */
  readonly problems: readonly ManifestProblem[];
  /** The adapter as a flow version was checked against it. Coded adapters ignore the pin: their code is the worker's. */
  readonly find: (name: string, pin?: string) => Promise<Adapter | undefined>;
  /** Closes connections. */
  readonly close: () => Promise<void>;
}

export interface RegistryOptions {
  /** Folders of adapter files; by convention `adapters/` beside the flow files. */
  readonly folders?: readonly string[];
  readonly settings?: Settings;
  /** Of adapters that are described, where they are given less than those that are code. Default: `settings`. */
  readonly describedSettings?: Settings;
  readonly http?: HttpClientOptions;
  /** Keeps every description that was ever loaded, by hash. Without it, pins to descriptions that have changed fail. */
  readonly pins?: PinStore;
  /** The registry that this one takes the place of. */
  readonly previous?: AdapterRegistry;
  /** Further coded adapters. */
  readonly adapters?: readonly Adapter[];
}

/**
 * Never fails for faulty files: see `problems`. Of two folders that describe the same adapter the first wins; a file can't
 * take the name of a coded adapter or of another file of its folder.
 */
export async function createRegistry(options: RegistryOptions = {}): Promise<AdapterRegistry> {
  const settings = options.settings ?? (() => undefined);
  const described = options.describedSettings ?? settings;
  const client = createHttpClient(options.http);
  const coded = codedAdapters(client, { settings }, options.adapters ?? []);
  const adapters = new Map(coded.map((adapter) => [adapter.manifest.name, adapter]));
  const loaded = await loadManifests(options.folders ?? []);
  const problems = [...loaded.problems];
  const codedNames = new Set(adapters.keys());
  const folderOf = new Map<string, string>();
  for (const { file, spec } of loaded.specs) {
    const folder = dirname(file);
    const known = folderOf.get(spec.name);
    if (codedNames.has(spec.name) || known === folder) {
      problems.push({
        file,
        line: 1,
        column: 1,
        path: '/name',
        message: `/name "${spec.name}" is taken by another adapter`,
      });
    } else if (known === undefined) {
      const adapter = adapterFromManifest(spec, { client, settings: described });
      adapters.set(spec.name, adapter);
      folderOf.set(spec.name, folder);
      await options.pins?.put?.(adapter.manifest.hash, spec);
    }
  }
  const find = async (name: string, pin?: string): Promise<Adapter | undefined> => {
    const current = adapters.get(name);
    if (pin === undefined || codedNames.has(name) || current?.manifest.hash === pin) return current;
    const before = await options.previous?.find(name, pin);
    if (before !== undefined) return before;
    const spec = await options.pins?.get(pin);
    return spec?.name === name ? adapterFromManifest(spec, { client, settings: described }) : undefined;
  };
  return {
    adapters,
    manifests: new Map([...adapters].map(([name, adapter]) => [name, adapter.manifest])),
    problems,
    find,
    close: () => client.close(),
  };
}

function codedAdapters(client: HttpClient, email: EmailDeps, more: readonly Adapter[]): readonly Adapter[] {
  return [createHttpAdapter(client), logAdapter, createEmailAdapter(email), ...more];
}
