import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { digest, secretsOf, verifyWebhook, type WebhookScheme } from './verify-webhook.ts';

interface Vector {
  readonly scheme: WebhookScheme;
  readonly secret: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Header that holds the signature. */
  readonly signature: string;
  /** When it was signed, s. */
  readonly at: number;
  readonly timed: boolean;
  readonly delivery: string;
}

const SLACK_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const sign = (secret: string, content: string) => createHmac('sha256', secret).update(content).digest();

/** The first three as their providers publish them. */
const VECTORS: readonly Vector[] = [
  {
    scheme: 'standard',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    signature: 'webhook-signature',
    at: 1_614_265_330,
    timed: true,
    delivery: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  },
  {
    scheme: 'github',
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    },
    signature: 'x-hub-signature-256',
    at: 1_700_000_000,
    timed: false,
    delivery: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  },
  {
    scheme: 'slack',
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: SLACK_BODY,
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    signature: 'x-slack-signature',
    at: 1_531_420_618,
    timed: true,
    delivery: digest(['1531420618', '.', SLACK_BODY]),
  },
  {
    scheme: 'stripe',
    secret: 'whsec_test',
    body: '{"id":"evt_1","type":"charge.succeeded"}',
    headers: {
      'stripe-signature': `t=1700000000,v1=${sign('whsec_test', '1700000000.{"id":"evt_1","type":"charge.succeeded"}').toString('hex')},v0=00`,
    },
    signature: 'stripe-signature',
    at: 1_700_000_000,
    timed: true,
    delivery: 'evt_1',
  },
  {
    scheme: 'hmac',
    secret: 'shh',
    body: '{"a":1}',
    headers: { 'x-signature': `sha256=${sign('shh', '{"a":1}').toString('hex')}` },
    signature: 'x-signature',
    at: 1_700_000_000,
    timed: false,
    delivery: digest(['', '.', '{"a":1}']),
  },
  {
    scheme: 'hmac',
    secret: 'shh',
    body: '{"a":1}',
    headers: { 'x-timestamp': '1700000000', 'x-signature': sign('shh', '1700000000.{"a":1}').toString('base64') },
    signature: 'x-signature',
    at: 1_700_000_000,
    timed: true,
    delivery: digest(['1700000000', '.', '{"a":1}']),
  },
];

const check = (
  { scheme, secret, body, headers, at }: Vector,
  more: { secrets?: readonly string[]; body?: Uint8Array; headers?: Record<string, string>; late?: number } = {},
) =>
  verifyWebhook(scheme, more.secrets ?? [secret], {
    headers: new Headers(more.headers ?? headers),
    body: more.body ?? Buffer.from(body),
    now: (at + (more.late ?? 0)) * 1_000,
  });

describe.each(VECTORS.map((vector) => [`${vector.scheme}${vector.timed ? ', with a time' : ''}`, vector] as const))(
  '%s',
  (_, vector) => {
    test('fits, and gives the id of the delivery', () => {
      expect(check(vector)).toBe(vector.delivery);
    });

    test('does not fit after any changed byte of the body, nor a byte more or less', () => {
      const body = Buffer.from(vector.body);
      for (let at = 0; at < body.length; at++) {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(check(vector, { body: changed }), `byte ${at}`).toBeNull();
      }
      expect(check(vector, { body: Buffer.concat([body, Buffer.from(' ')]) })).toBeNull();
      expect(check(vector, { body: body.subarray(1) })).toBeNull();
    });

    test('does not fit another secret, none, or a changed, cut or missing signature', () => {
      const sent = vector.headers[vector.signature] ?? '';
      const last = sent.length - (sent.endsWith('=') ? 6 : 10);
      const changed = `${sent.slice(0, last)}${sent[last] === 'a' ? 'b' : 'a'}${sent.slice(last + 1)}`;
      expect(check(vector, { secrets: ['another'] })).toBeNull();
      expect(check(vector, { secrets: [] })).toBeNull();
      for (const signature of [changed, sent.slice(0, -12), '', 'sha256=', 'v1,', 'v0=', 't=1,v1=', ','])
        expect(check(vector, { headers: { ...vector.headers, [vector.signature]: signature } }), signature).toBeNull();
      expect(check(vector, { headers: {} })).toBeNull();
    });

    test('fits the old or the new secret while one is changed', () => {
      expect(check(vector, { secrets: ['new', vector.secret] })).toBe(vector.delivery);
      expect(check(vector, { secrets: [vector.secret, 'new'] })).toBe(vector.delivery);
    });

    const refused = vector.timed ? [-301, 301, 86_400] : [];
    test('with a time is refused when it is 5 minutes old or ahead', () => {
      for (const late of [-300, 300]) expect(check(vector, { late }), `${late}`).toBe(vector.delivery);
      for (const late of refused) expect(check(vector, { late }), `${late}`).toBeNull();
    });
  },
);

test('Standard Webhooks: one of several signatures is enough; what the package signs fits', () => {
  const [vector] = VECTORS as readonly [Vector, ...Vector[]];
  const sent = vector.headers['webhook-signature'];
  const headers = { ...vector.headers, 'webhook-signature': `v1a,abc v1,AAAA ${sent} v2,x` };
  expect(check(vector, { headers })).toBe(vector.delivery);
  const [secret, now] = ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', new Date(1_750_000_000_000)];
  const signed = new Webhook(secret).sign('msg_1', now, '{"ä":1}');
  const call = {
    headers: new Headers({ 'webhook-id': 'msg_1', 'webhook-timestamp': '1750000000', 'webhook-signature': signed }),
    body: Buffer.from('{"ä":1}'),
    now: now.getTime(),
  };
  expect(verifyWebhook('standard', [secret], call)).toBe('msg_1');
});

test('Stripe: one of several signatures is enough, and every try of an event has its id', () => {
  const body = '{"id":"evt_7"}';
  const at = (t: number, secret: string) =>
    `t=${t},v1=${'0'.repeat(64)},v1=${sign(secret, `${t}.${body}`).toString('hex')}`;
  const verify = (t: number) =>
    verifyWebhook('stripe', secretsOf('whsec_old, whsec_new'), {
      headers: new Headers({ 'stripe-signature': at(t, 'whsec_new') }),
      body: Buffer.from(body),
      now: 1_700_000_100_000,
    });
  expect([verify(1_700_000_000), verify(1_700_000_100)]).toEqual(['evt_7', 'evt_7']);
});

test('HMAC: a signature with a time is none for a body that looks like it', () => {
  const signature = sign('shh', '1700000000.{"a":1}').toString('hex');
  const call = { headers: new Headers({ 'x-signature': signature }), body: Buffer.from('1700000000.{"a":1}'), now: 0 };
  expect(verifyWebhook('hmac', ['shh'], call)).toBeNull();
});
