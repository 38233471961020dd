import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLAIM_CHECK_ENCODING, createClaimCheckCodec } from './claim-check-codec.ts';
import { createFsStore } from './fs-store.ts';
import { PayloadCorrupt, PayloadMissing } from './payload-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const encodingOf = (payload: Payload | undefined): string =>
  Buffer.from(payload?.metadata?.['encoding'] ?? []).toString();
const files = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('the file store', () => {
  test('keeps bytes by their hash, once, in two levels of folders', async () => {
    const store = createFsStore(folder);
    const hash = await store.put(Buffer.from('hello'));
    expect(hash).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    expect(await store.put(Buffer.from('hello'))).toBe(hash);
    expect(await files()).toEqual([join(folder, '2c', 'f2', hash)]);
    expect(Buffer.from(await store.get(hash)).toString()).toBe('hello');
  });

  test('many writers of the same bytes do not disturb each other', async () => {
    const store = createFsStore(folder);
    const hashes = await Promise.all(Array.from({ length: 20 }, () => store.put(Buffer.alloc(100_000, 'x'))));
    expect(new Set(hashes).size).toBe(1);
    expect(await files()).toHaveLength(1);
  });

  test('says what is missing and what has changed; a torn file is written anew', async () => {
    const store = createFsStore(folder);
    const hash = await store.put(Buffer.from('hello'));
    const [file = ''] = await files();
    await writeFile(file, 'hullo');
    await expect(store.get(hash)).rejects.toBeInstanceOf(PayloadCorrupt);
    await writeFile(file, 'he');
    await store.put(Buffer.from('hello'));
    expect(await readFile(file, 'utf8')).toBe('hello');
    await expect(store.get('0'.repeat(64))).rejects.toBeInstanceOf(PayloadMissing);
    await expect(store.get('../../etc/passwd')).rejects.toThrow('hexadecimal');
  });
});

describe('the codec', () => {
  test('leaves small payloads alone and brings large ones back unchanged', async () => {
    const codec = createClaimCheckCodec({ store: createFsStore(folder) });
    const small = payloadOf({ a: 1 });
    const large = payloadOf({ text: 'ü'.repeat(200_000) });
    const encoded = await codec.encode([small, large]);
    expect(encoded[0]).toBe(small);
    expect(encodingOf(encoded[1])).toBe(CLAIM_CHECK_ENCODING);
    expect(encoded[1]?.data?.byteLength).toBeLessThan(200);
    const decoded = await codec.decode(encoded);
    expect(decoded.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
      { a: 1 },
      { text: 'ü'.repeat(200_000) },
    ]);
    expect(encodingOf(decoded[1])).toBe('json/plain');
  });

  test('encoding twice and decoding what was never stored change nothing', async () => {
    const codec = createClaimCheckCodec({ store: createFsStore(folder), thresholdBytes: 10 });
    const once = await codec.encode([payloadOf('a long enough text')]);
    expect(await codec.encode(once)).toEqual(once);
    const plain = [payloadOf('a long enough text')];
    expect(await codec.decode(plain)).toEqual(plain);
    expect(await codec.encode([])).toEqual([]);
  });

  test('the limit is exact', async () => {
    const codec = createClaimCheckCodec({ store: createFsStore(folder), thresholdBytes: 12, maxBytes: 22 });
    const [kept, stored] = await codec.encode([payloadOf('x'.repeat(10)), payloadOf('x'.repeat(11))]);
    expect([encodingOf(kept), encodingOf(stored)]).toEqual(['json/plain', CLAIM_CHECK_ENCODING]);
    await expect(codec.encode([payloadOf('x'.repeat(21))])).rejects.toMatchObject({
      type: 'result_too_large',
      nonRetryable: true,
    });
  });
});
