import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackClaim } from './contract.ts';

export type VerifiedCallback =
  | { readonly ok: true; readonly claim: CallbackClaim }
  | { readonly ok: false; readonly reason: 'forged' | 'expired'; readonly claim?: CallbackClaim };

/** At least 32 bytes, the same in every process that signs or checks. */
export type CallbackKey = string | Uint8Array;

const CONTEXT = 'weir.callback.v1\n';

/** A token that names one wait: base64url(claim).base64url(HMAC-SHA256). The same claim gives the same token. */
export function signCallback(claim: CallbackClaim, key: CallbackKey): string {
  const payload = Buffer.from(JSON.stringify([claim.execution, claim.step, claim.nonce, claim.expiresAt])).toString(
    'base64url',
  );
  return `${payload}.${mac(payload, key)}`;
}

/** Checks a token in constant time. `now` in ms since the epoch. An expired one is genuine: its claim is given too. */
export function verifyCallback(token: string, key: CallbackKey, now: number): VerifiedCallback {
  const dot = token.indexOf('.');
  if (dot < 0 || token.length > 8192) return { ok: false, reason: 'forged' };
  const payload = token.slice(0, dot);
  // The texts are compared, not the bytes they stand for: base64url has several spellings of the same bytes.
  const given = Buffer.from(token.slice(dot + 1));
  const expected = Buffer.from(mac(payload, key));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { ok: false, reason: 'forged' };
  const claim = readClaim(payload);
  if (claim === null) return { ok: false, reason: 'forged' };
  return now > claim.expiresAt ? { ok: false, reason: 'expired', claim } : { ok: true, claim };
}

function mac(payload: string, key: CallbackKey): string {
  return createHmac('sha256', key).update(CONTEXT).update(payload).digest('base64url');
}

function readClaim(payload: string): CallbackClaim | null {
  try {
    const fields: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (!Array.isArray(fields) || fields.length !== 4) return null;
    const [execution, step, nonce, expiresAt] = fields as unknown[];
    if (
      typeof execution !== 'string' ||
      typeof step !== 'string' ||
      typeof nonce !== 'string' ||
      typeof expiresAt !== 'number'
    )
      return null;
    return { execution, step, nonce, expiresAt };
  } catch {
    return null;
  }
}
