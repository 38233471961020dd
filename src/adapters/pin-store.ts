import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterSpec } from './from-manifest/spec.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import { manifestHash } from './manifest-hash.ts';

/** Descriptions of adapters by hash, so that a running execution keeps the one it was checked against. */
export interface PinStore {
  /** Absent where descriptions are stored in another way (the API puts them into the database). */
  put?(hash: string, spec: AdapterSpec): Promise<void>;
  get(hash: string): Promise<AdapterSpec | undefined>;
}

/** A folder with one JSON file for each description. */
export function createFilePinStore(folder: string): PinStore {
  return {
    async put(hash, spec) {
      await mkdir(folder, { recursive: true });
      const file = fileOf(folder, hash);
      const part = `${file}.${process.pid}.part`;
      await writeFile(part, canonicalJson(spec));
      await rename(part, file);
    },
    async get(hash) {
      try {
        const spec = JSON.parse(await readFile(fileOf(folder, hash), 'utf8')) as AdapterSpec; // hash is compared below
        return manifestHash(spec) === hash ? spec : undefined;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

function fileOf(folder: string, hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError('a hash is 64 hexadecimal digits');
  return join(folder, `${hash}.json`);
}
