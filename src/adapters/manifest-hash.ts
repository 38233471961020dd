import { createHash } from 'node:crypto';
import type { AdapterManifest } from './manifest.ts';

/** JSON with keys in code-unit order and undefined left out: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** SHA-256 (hex) over canonical JSON. */
export function manifestHash(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** Completes a coded adapter's manifest with its hash. */
export function defineManifest(manifest: Omit<AdapterManifest, 'hash'>): AdapterManifest {
  return { ...manifest, hash: manifestHash(manifest) };
}
