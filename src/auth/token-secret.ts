import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 62^22 > 2^128: every UUID has a text of exactly this length. */
const ID_LENGTH = 22;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = /^weir_([0-9A-Za-z]{22})_([A-Za-z0-9_-]{43})$/;

/** What a machine token begins with, so that scanners for leaked secrets find it. */
export const TOKEN_PREFIX = 'weir_';

/** A new secret of the token `id` (a UUID): `weir_<id, base62>_<32 random bytes, base64url>`. Only its hash is to be kept. */
export function newTokenSecret(id: string): { readonly secret: string; readonly hash: Uint8Array } {
  const secret = `${TOKEN_PREFIX}${base62(id)}_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashSecret(secret) };
}

/** The id of the token that the secret claims to be of; null when it does not have the form of one. */
export function tokenIdOf(secret: string): string | null {
  const digits = FORM.exec(secret)?.[1];
  if (digits === undefined) return null;
  let value = 0n;
  for (const digit of digits) value = value * 62n + BigInt(DIGITS.indexOf(digit));
  const hex = value.toString(16).padStart(32, '0');
  if (hex.length > 32) return null;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** SHA-256 of a secret with 128 random bits or more: nothing to guess, so no slow hash is needed. */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

/** Whether the secret is the one of this hash, in constant time; an absent hash takes the same time. */
export function secretFits(secret: string, hash: Uint8Array | undefined): boolean {
  const fits = timingSafeEqual(hashSecret(secret), hash ?? NO_HASH);
  return fits && hash !== undefined;
}
const NO_HASH = Buffer.alloc(32);

function base62(uuid: string): string {
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let i = 0; i < ID_LENGTH; i++) {
    text = DIGITS.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
}
