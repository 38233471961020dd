import { createPublicKey, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { generateSigningKey } from '../audit/signer.ts';

/** A key of 32 random bytes (hex) in a file that only its owner reads; made the first time. Safe for several processes at once. */
export const randomKeyIn = (file: string): Promise<string> => keptIn(file, () => randomBytes(32).toString('hex'));

/**
 * The Ed25519 key (PEM) that signs audit checkpoints, in a file that only its owner reads; made the first time. Beside it, in
 * `<file>.pub.pem`, the public key: what an auditor gives to `weir audit verify --key`.
 */
export async function signingKeyIn(file: string): Promise<string> {
  const key = await keptIn(file, generateSigningKey);
  await writeFile(`${file}.pub.pem`, createPublicKey(key).export({ type: 'spki', format: 'pem' })).catch(
    () => undefined,
  ); // a read-only mount
  return key;
}

async function keptIn(file: string, make: () => string): Promise<string> {
  try {
    await writeFile(file, make(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFile(file, 'utf8');
}
