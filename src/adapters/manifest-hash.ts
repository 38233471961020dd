import { createHash } from 'node:crypto';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { AdapterManifest } from './manifest.ts';

/** SHA-256 (hex) over canonical JSON. */
export function manifestHash(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** Completes a coded adapter's manifest with its hash. */
export function defineManifest(manifest: Omit<AdapterManifest, 'hash'>): AdapterManifest {
  return { ...manifest, hash: manifestHash(manifest) };
}
