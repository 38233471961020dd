import type { FlowScope } from '../auth/authorize.ts';
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

/** What a new flow was made from. */
export type FlowOrigin =
  | { readonly kind: 'clone'; readonly flow: string; readonly version: string }
  | { readonly kind: 'template'; readonly template: string };

/** Changes flows; every change is one transaction with its audit record. `scope`: how far the caller's permission for it reaches. */
export interface FlowWriter {
  /**
   * Stores a flow that is not there yet, or brings an archived one back with a new version. Throws invalid_flow (diagnostics),
   * flow_exists, version_conflict, forbidden for its name and category.
   */
  create(
    source: FlowSource,
    options: { readonly scope: FlowScope; readonly origin?: FlowOrigin },
  ): Promise<StoredVersion>;
  /**
   * Stores a new version. `ifMatch`: hash of the version that the caller has read. Throws flow_not_found, invalid_flow,
   * version_conflict, forbidden for a category that the caller's permission does not reach.
   */
  update(
    ref: string,
    source: FlowSource,
    options: { readonly ifMatch: string | null; readonly scope: FlowScope },
  ): Promise<StoredVersion>;
  /** Takes the flow out of lists and starts; its versions and executions stay. Throws flow_not_found, flow_in_use unless `force`. */
  archive(ref: string, options: { readonly force: boolean }): Promise<void>;
  /** A new flow with the source of another one's version (default: the latest). Throws flow_not_found, version_not_found, and what `create` throws. */
  clone(
    ref: string,
    options: { readonly name: string; readonly version?: string; readonly scope: FlowScope },
  ): Promise<StoredVersion>;
}
