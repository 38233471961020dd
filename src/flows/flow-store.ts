import type { CatalogueAction, CompileEnvironment } from '../dsl/compile-environment.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';

/** One version of a flow as a store keeps it. `ir` is absent when the flow has errors: it is listed, but can't be executed. */
export interface StoredFlow {
  readonly name: string;
  /** Semver. */
  readonly version: string;
  /** Hash of the IR; for a flow with errors, of its source. */
  readonly hash: string;
  readonly ir?: FlowIr;
  readonly source: string;
  readonly mediaType: 'application/yaml' | 'application/json';
  readonly diagnostics: readonly Diagnostic[];
  /** When this version was stored, ms since the epoch. */
  readonly createdAt: number;
  /** File it was read from, relative to the store's folder. */
  readonly file?: string;
}

/** All given must hold. `q` looks in name, title and description, without case. */
export interface FlowFilter {
  readonly q?: string;
  readonly category?: string;
  readonly tag?: string;
  readonly status?: 'valid' | 'invalid';
}

/** Where flows and their versions live: a folder, or a database. */
export interface FlowStore {
  /** False: flows can't be changed through the API. */
  readonly writable: boolean;
  /**
   * `name` (the latest version) or `name@range` (the latest that fits); `_` and `-` are one in names. A pre-release is
   * taken only where the range names one. Undefined when there is none.
   */
  get(ref: string): Promise<StoredFlow | undefined>;
  /** Newest first; empty for an unknown flow. */
  versions(name: string): Promise<readonly StoredFlow[]>;
  /** The latest version of each flow, by name. */
  list(filter?: FlowFilter): Promise<readonly StoredFlow[]>;
  /** What a flow would be checked against now (`POST /flows/validate`). */
  environment(): Promise<CompileEnvironment>;
  /** The organisation's action catalogue. */
  catalogue(): Promise<Readonly<Record<string, CatalogueAction>>>;
  /** Faults of what lies beside the flows (catalogue, adapter files), in words. */
  problems(): Promise<readonly string[]>;
  close(): Promise<void>;
}
