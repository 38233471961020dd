import type { AdapterManifest } from '../adapters/manifest.ts';

/** Adapters of the organisation that a YAML description makes. */
export interface AdapterManifests {
  /** Stores a description; new flow versions are checked against it, those that are there keep theirs. Same content: no change. Throws invalid_request. */
  put(name: string, source: string): Promise<{ readonly manifest: AdapterManifest; readonly created: boolean }>;
  /** Sources by name, for `weir pull`. */
  sources(): Promise<Readonly<Record<string, { readonly source: string; readonly hash: string }>>>;
}
