import type { AdapterManifest } from '../adapters/manifest.ts';

/** An adapter's description as it was stored. */
export interface AdapterSource {
  readonly name: string;
  readonly version: string;
  /** YAML. */
  readonly source: string;
  readonly hash: string;
}

/** Adapters of the organisation that a YAML description makes. */
export interface AdapterManifests {
  /**
   * Stores a description: new flow versions are checked against it, those that are there keep theirs. Same content: no change.
   * Throws invalid_request (name of a built-in adapter or another one than `name`, faults, credentials in clear), version_conflict.
   */
  put(name: string, source: string): Promise<{ readonly manifest: AdapterManifest; readonly created: boolean }>;
  /** The one that counts now; null when the organisation describes none of that name. */
  source(name: string): Promise<AdapterSource | null>;
  /** All that count now, by name. */
  sources(): Promise<readonly AdapterSource[]>;
}
