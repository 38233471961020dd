import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PayloadCorrupt, PayloadMissing, type PayloadStore } from './payload-store.ts';

/** Content-addressed files: `<folder>/ab/cd/<hash>`. Safe for many processes at once: a file appears whole or not at all. */
export function createFsStore(folder: string): PayloadStore {
  return {
    async put(bytes) {
      const hash = sha256(bytes);
      const file = fileOf(folder, hash);
      if ((await sizeOf(file)) === bytes.byteLength) return hash;
      await mkdir(dirname(file), { recursive: true });
      await writeDurably(file, bytes);
      return hash;
    },
    async get(hash) {
      const bytes = await read(fileOf(folder, hash), hash);
      if (sha256(bytes) !== hash) throw new PayloadCorrupt(hash);
      return bytes;
    },
  };
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  try {
    const handle = await open(part, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  // Without this the name may be gone after a power cut although the content is there.
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function read(file: string, hash: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) throw new PayloadMissing(hash);
    throw error;
  }
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function fileOf(folder: string, hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError('a hash is 64 hexadecimal digits');
  return join(folder, hash.slice(0, 2), hash.slice(2, 4), hash);
}
function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
