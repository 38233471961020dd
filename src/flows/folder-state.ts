import type { AdapterManifest } from '../adapters/manifest.ts';
import type { CatalogueAction, CompileEnvironment } from '../dsl/compile-environment.ts';
import type { FlowIdentity } from './flow-identity.ts';
import type { StoredFlow } from './flow-store.ts';
import { FIRST_VERSION } from './version-history.ts';

/** A flow file as it was last read. `mark` changes when the file does. */
export interface FlowFile {
  readonly path: string;
  readonly mark: string;
  readonly source: string;
  readonly identity: FlowIdentity;
  /** When this content was first seen, ms. */
  readonly seenAt: number;
  /** Absent for a file whose flow and version another file holds too. */
  readonly flow?: StoredFlow;
}

/** All that a folder held at its last reading. Replaced as a whole, so that a reader never sees half of a change. */
export interface FolderState {
  /** Marks of everything there, files without a flow too. */
  readonly marks: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, FlowFile>;
  /** Versions by flow name, newest first; earlier ones stay while the process lives. */
  readonly kept: ReadonlyMap<string, readonly StoredFlow[]>;
  readonly adapters: ReadonlyMap<string, AdapterManifest>;
  readonly actions: Readonly<Record<string, CatalogueAction>>;
  readonly catalogueProblems: readonly string[];
  readonly adapterProblems: readonly string[];
}

export const EMPTY_STATE: FolderState = {
  marks: new Map(),
  files: new Map(),
  kept: new Map(),
  adapters: new Map(),
  actions: {},
  catalogueProblems: [],
  adapterProblems: [],
};

/** What a flow of the folder is checked against. A flow without a version counts with its latest. */
export function environmentOf(state: Pick<FolderState, 'files' | 'kept' | 'adapters' | 'actions'>): CompileEnvironment {
  const flows = new Map<string, readonly string[]>();
  for (const { identity } of state.files.values()) {
    const kept = (state.kept.get(identity.name) ?? []).map((one) => one.version).reverse();
    const own = identity.version ?? kept.at(-1) ?? FIRST_VERSION;
    flows.set(identity.name, [...new Set([...(flows.get(identity.name) ?? []), ...kept, own])]);
  }
  return { adapters: state.adapters, actions: state.actions, flows };
}
