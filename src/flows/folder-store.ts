import { type FSWatcher, watch } from 'node:fs';
import { parseFlowRef, pickVersion } from './flow-ref.ts';
import type { FlowFilter, FlowStore, StoredFlow } from './flow-store.ts';
import { EMPTY_STATE, environmentOf, type FolderState } from './folder-state.ts';
import { type FolderStoreDeps, readFolder } from './read-folder.ts';
import { scanFolder } from './scan-folder.ts';

export interface FolderStoreOptions extends FolderStoreDeps {
  readonly folder: string;
  /** Time between looks at the folder, ms; changes that the system tells of are read at once. Default 500. */
  readonly pollMs?: number;
  /** Told when a reading fails as a whole (permissions, too many files); the last good state stays. Default: nothing. */
  readonly onError?: (error: unknown) => void;
  /** Given what the folder holds after the first reading and after each that found a change. Default: nothing. */
  readonly onChange?: (state: FolderState) => void;
}

/**
 * Flows from the files of a folder (`*.flow.yaml`, `*.flow.yml`, `*.flow.json`, and YAML with a top-level `flow`), with `actions.yaml` and
 * `adapters/*.yaml` beside them. Changes count without a restart. Earlier versions are kept in memory. Resolves after the
 * first reading; throws when that fails.
 */
export async function createFolderStore(options: FolderStoreOptions): Promise<FlowStore> {
  const store = new FolderStore(options);
  await store.refresh();
  store.start();
  return store;
}

class FolderStore implements FlowStore {
  readonly writable = false;
  readonly #options: FolderStoreOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #state: FolderState = EMPTY_STATE;
  #reading: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: FolderStoreOptions) {
    this.#options = options;
  }

  async get(ref: string): Promise<StoredFlow | undefined> {
    const { name, range } = parseFlowRef(ref);
    if (this.#live(name).length === 0) await this.#refreshNow();
    const live = this.#live(name);
    if (live.length === 0) return undefined;
    const found = range === '*' ? pickVersion(live, range) : pickVersion(this.#known(name), range);
    if (found !== undefined || range === '*') return found;
    await this.#refreshNow(); // the version may have been written just now
    return pickVersion(this.#known(name), range);
  }

  async versions(name: string): Promise<readonly StoredFlow[]> {
    const { name: plain } = parseFlowRef(name);
    if (this.#live(plain).length === 0) await this.#refreshNow();
    return this.#live(plain).length === 0 ? [] : this.#known(plain);
  }

  async list(filter: FlowFilter = {}): Promise<readonly StoredFlow[]> {
    const names = new Set(
      [...this.#state.files.values()].flatMap(({ flow }) => (flow === undefined ? [] : [flow.name])),
    );
    const latest = [...names].sort().map((name) => pickVersion(this.#live(name), '*'));
    return latest.filter((flow) => flow !== undefined).filter((flow) => fits(flow, filter));
  }

  async environment() {
    return environmentOf(this.#state);
  }
  async catalogue() {
    return this.#state.actions;
  }
  async problems() {
    return [...this.#state.catalogueProblems, ...this.#state.adapterProblems];
  }

  start(): void {
    this.#timer = setInterval(() => this.#quietly(), this.#options.pollMs ?? 500);
    this.#timer.unref();
  }
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#soon !== null) clearTimeout(this.#soon);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    await this.#reading?.catch(() => undefined);
  }

  /** Reads what has changed. Joins a reading that is under way. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }
  /** A reading that began after now. */
  async #refreshNow(): Promise<void> {
    try {
      await this.#reading?.catch(() => undefined);
      await this.refresh();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
  #quietly(): void {
    if (!this.#closed) this.refresh().catch((error: unknown) => this.#options.onError?.(error));
  }

  async #read(): Promise<void> {
    const listing = await scanFolder(this.#options.folder);
    const before = this.#state;
    this.#state = await readFolder(this.#options.folder, listing, before, this.#options);
    if (this.#state !== before) this.#options.onChange?.(this.#state);
    if (!this.#closed) this.#watch(listing.folders);
  }

  /** Watching only makes it quicker: where it fails, the poll finds the change. */
  #watch(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#readSoon());
        watcher.on('error', () => {
          watcher.close();
          this.#watchers.delete(folder);
        });
        this.#watchers.set(folder, watcher);
      } catch {
        // No such folder yet, or no more watches to be had.
      }
    }
  }
  /** Editors write a file in several steps: one reading for all of them. */
  #readSoon(): void {
    if (this.#soon !== null || this.#closed) return;
    this.#soon = setTimeout(() => {
      this.#soon = null;
      this.#quietly();
    }, 20);
    this.#soon.unref();
  }

  #live(name: string): readonly StoredFlow[] {
    return [...this.#state.files.values()].flatMap(({ flow }) => (flow?.name === name ? [flow] : []));
  }
  /** Files as they are now, then what they were earlier. */
  #known(name: string): readonly StoredFlow[] {
    const live = this.#live(name);
    const earlier = (this.#state.kept.get(name) ?? []).filter(
      (old) => !live.some((one) => one.version === old.version),
    );
    return [...live, ...earlier].sort((a, b) => (pickVersion([a, b], '>=0.0.0-0') === b ? 1 : -1));
  }
}

function fits(flow: StoredFlow, { q, category, tag, status }: FlowFilter): boolean {
  const words = [flow.name, flow.ir?.title ?? '', flow.ir?.description ?? ''].join('\n').toLowerCase();
  return (
    (q === undefined || words.includes(q.toLowerCase())) &&
    (category === undefined || flow.ir?.category === category) &&
    (tag === undefined || (flow.ir?.tags.includes(tag) ?? false)) &&
    (status === undefined || (status === 'valid') === (flow.ir !== undefined))
  );
}
