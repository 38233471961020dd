import type { FlowScope } from '../auth/authorize.ts';
import type { CatalogueAction, CompileEnvironment } from '../dsl/compile-environment.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';

/** One version of a flow as a store keeps it. `ir` is absent when the flow has errors: it is listed, but can't be executed. */
export interface StoredFlow {
  /** UUID; absent for a flow of a folder. */
  readonly id?: string;
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

/** All given must hold. `q` looks in name, title, description and category, without case. */
export interface FlowFilter {
  readonly q?: string;
  readonly category?: string;
  readonly tag?: string;
  readonly status?: 'valid' | 'invalid';
  /** True: the archived flows instead of the others. Default false. */
  readonly archived?: boolean;
}

/** What lists show of a flow: its latest version, without content. */
export interface FlowSummary {
  readonly id?: string;
  readonly name: string;
  readonly version: string;
  readonly hash: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly status: 'valid' | 'invalid';
  /** When the version was stored, ms since the epoch. */
  readonly createdAt: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly file?: string;
  /** Null: it is not archived. */
  readonly archivedAt?: number | null;
}

/** A part of a list by name: what comes behind `after`, within `scope`. */
export interface FlowPageRequest extends FlowFilter {
  readonly scope: FlowScope;
  readonly after: string | null;
  readonly limit: number;
}
export interface GetOptions {
  /** Archived flows are found too. Default false. */
  readonly includeArchived?: boolean;
}

/** Versions behind `after`, which need not be there. */
export interface VersionPageRequest extends GetOptions {
  readonly after: string | null;
  readonly limit: number;
}

/** Where flows and their versions live: a folder, or a database. */
export interface FlowStore {
  /** False: flows can't be changed through the API. */
  readonly writable: boolean;
  /**
   * `name` (the latest version) or `name@range` (the latest that fits); `_` and `-` are one in names, and where flows have ids
   * the id counts as the name. A pre-release is taken only where the range names one. Undefined when there is none.
   */
  get(ref: string, options?: GetOptions): Promise<StoredFlow | undefined>;
  /** Newest first; empty for an unknown flow. */
  versions(name: string, options?: GetOptions): Promise<readonly StoredFlow[]>;
  /** The latest version of each flow, by name. */
  list(filter?: FlowFilter): Promise<readonly StoredFlow[]>;
  /** A page of that list, without content; absent where the list lies in memory anyway (see {@link pageOf}). */
  page?(request: FlowPageRequest): Promise<readonly FlowSummary[]>;
  /** A part of its versions, newest first; null for an unknown flow. Absent where they lie in memory anyway (see versionsOf). */
  versionPage?(name: string, request: VersionPageRequest): Promise<readonly StoredFlow[] | null>;
  /** What a flow would be checked against now (`POST /flows/validate`). */
  environment(): Promise<CompileEnvironment>;
  /** The organisation's action catalogue. */
  catalogue(): Promise<Readonly<Record<string, CatalogueAction>>>;
  /** Faults of what lies beside the flows (catalogue, adapter files), in words. */
  problems(): Promise<readonly string[]>;
  close(): Promise<void>;
}
