import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type WebhookScheme = 'standard' | 'stripe' | 'github' | 'slack' | 'hmac';

export interface SignedCall {
  readonly headers: Headers;
  /** As it came over the wire. */
  readonly body: Uint8Array;
  /** ms since the epoch. */
  readonly now: number;
}

/** Signatures older or newer than this are refused where they tell their time, s. */
export const SIGNATURE_WINDOW_S = 300;

interface Claim {
  /** What was signed. */
  readonly content: readonly (string | Uint8Array)[];
  readonly signatures: readonly Buffer[];
  /** Unix seconds, as sent; null where the scheme has no time. */
  readonly timestamp: string | null;
  /** The sender's id of the delivery; null where the call has none. */
  readonly delivery: string | null;
}

/**
 * Checks a signature over the raw body, in constant time, against each of `secrets` (there are several while one is changed). Gives
 * the id of the delivery, the same for every time that it is sent again; null when the signature does not fit, whatever the reason.
 * Ids come from what was signed where that has one; GitHub alone signs neither an id nor a time.
 */
export function verifyWebhook(scheme: WebhookScheme, secrets: readonly string[], call: SignedCall): string | null {
  const claim = SCHEMES[scheme](call);
  const seconds = claim?.timestamp ?? null;
  if (claim === null || (seconds !== null && !isFresh(seconds, call.now))) return null;
  let fits = false;
  for (const secret of secrets)
    for (const key of keysOf(scheme, secret)) {
      const mac = createHmac('sha256', key);
      for (const part of claim.content) mac.update(part);
      const expected = mac.digest();
      // Every signature is looked at, also after one that fits.
      for (const signature of claim.signatures)
        fits = (signature.length === expected.length && timingSafeEqual(signature, expected)) || fits;
    }
  return fits ? (claim.delivery ?? digest([seconds ?? '', '.', call.body])) : null;
}

/** A secret's value may hold several, parted by white space or commas. */
export const secretsOf = (value: string): readonly string[] => value.split(/[\s,]+/).filter((one) => one !== '');

/** SHA-256, hex: an id for what has none. */
export function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

const SCHEMES: Readonly<Record<WebhookScheme, (call: SignedCall) => Claim | null>> = {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  standard({ headers, body }) {
    const [id, timestamp, sent] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
      headers.get(name),
    );
    if (id == null || timestamp == null || sent == null) return null;
    const signatures = sent.split(' ').flatMap((one) => (one.startsWith('v1,') ? base64(one.slice(3)) : []));
    return { content: [`${id}.${timestamp}.`, body], signatures, timestamp, delivery: bounded(id) };
  },
  // https://docs.stripe.com/webhooks#verify-manually
  stripe({ headers, body }) {
    const parts = (headers.get('stripe-signature') ?? '').split(',').map((part) => part.trim().split('='));
    const timestamp = parts.find(([key]) => key === 't')?.[1];
    if (timestamp === undefined) return null;
    const signatures = parts.flatMap(([key, value = '']) => (key === 'v1' ? hex(value) : []));
    return { content: [`${timestamp}.`, body], signatures, timestamp, delivery: signedId(body, 'id') };
  },
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  github({ headers, body }) {
    const sent = headers.get('x-hub-signature-256') ?? '';
    if (!sent.startsWith('sha256=')) return null;
    const id = headers.get('x-github-delivery');
    return {
      content: [body],
      signatures: hex(sent.slice(7)),
      timestamp: null,
      delivery: id === null ? null : bounded(id),
    };
  },
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  slack({ headers, body }) {
    const [timestamp, sent] = [headers.get('x-slack-request-timestamp'), headers.get('x-slack-signature') ?? ''];
    if (timestamp === null || !sent.startsWith('v0=')) return null;
    const content = [`v0:${timestamp}:`, body];
    return { content, signatures: hex(sent.slice(3)), timestamp, delivery: signedId(body, 'event_id') };
  },
  // Ours: hex or base64 over the body, or over `<x-timestamp>.<body>`.
  hmac({ headers, body }) {
    const timestamp = headers.get('x-timestamp');
    // What was signed with a time must not pass as a body without one.
    if (timestamp === null && /^\d{1,12}\./.test(Buffer.from(body.subarray(0, 13)).toString('latin1'))) return null;
    const signatures = (headers.get('x-signature') ?? '').split(',').flatMap((part) => {
      const text = part.trim().replace(/^sha256=/i, '');
      return [...hex(text), ...base64(text)];
    });
    return { content: timestamp === null ? [body] : [`${timestamp}.`, body], signatures, timestamp, delivery: null };
  },
};

/** Standard Webhooks write secrets in base64 behind `whsec_`; some senders leave the prefix out. */
function keysOf(scheme: WebhookScheme, secret: string): readonly Buffer[] {
  if (scheme !== 'standard') return [Buffer.from(secret)];
  if (secret.startsWith('whsec_')) return base64(secret.slice('whsec_'.length));
  return [Buffer.from(secret), ...base64(secret)];
}

function isFresh(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1_000 - Number(timestamp)) <= SIGNATURE_WINDOW_S;
}

const hex = (text: string): Buffer[] => (/^([0-9a-f]{2})+$/i.test(text) ? [Buffer.from(text, 'hex')] : []);
const base64 = (text: string): Buffer[] => (/^[\w+/-]+={0,2}$/.test(text) ? [Buffer.from(text, 'base64')] : []);

/** Ids are kept in the log: no longer than names there may be. */
const bounded = (id: string): string => (/^[\x21-\x7e]{1,200}$/.test(id) ? id : digest([id]));

/** An id within a signed JSON body: senders that sign a new time with every try keep it. */
function signedId(body: Uint8Array, field: string): string | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    const id = value !== null && typeof value === 'object' ? Reflect.get(value, field) : undefined;
    return typeof id === 'string' && id !== '' ? bounded(id) : null;
  } catch {
    return null; // a form, or no JSON at all: the body's digest does
  }
}
