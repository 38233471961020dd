import type { DiffPart } from './flow-diff.ts';
import type { StoredFlow } from './flow-store.ts';

export interface FlowSource {
  readonly source: string;
  readonly mediaType: 'application/yaml' | 'application/json';
}

/** `created`: false where the content is that of the latest version already: no new version was made. */
export interface StoredVersion {
  readonly flow: StoredFlow;
  readonly created: boolean;
}

/** Changes flows; every change is one transaction with its audit record. */
export interface FlowWriter {
  /** Stores a flow that is not there yet. Throws invalid_flow (diagnostics), flow_exists, forbidden for its category. */
  create(source: FlowSource): Promise<StoredVersion>;
  /** Stores a new version. `ifMatch`: hash of the version that the caller has read. Throws flow_not_found, invalid_flow, version_conflict. */
  update(ref: string, source: FlowSource, options: { readonly ifMatch: string | null }): Promise<StoredVersion>;
  /** Takes the flow out of lists and starts; its versions and executions stay. Throws flow_in_use unless `force`. */
  archive(ref: string, options: { readonly force: boolean }): Promise<void>;
  /** A new flow with the source of another one's version. Throws flow_not_found, flow_exists. */
  clone(ref: string, options: { readonly name: string; readonly version?: string }): Promise<StoredVersion>;
  /** What differs between two versions, as text and as graphs. Throws version_not_found. */
  diff(ref: string, from: string, to: string): Promise<{ readonly text: string; readonly graph: readonly DiffPart[] }>;
}
