// Against a real provider over HTTP, whose keys the forger does not have.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportSPKI, importJWK, type JWK, SignJWT } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOidc } from './create-oidc.ts';
import type { OidcSettings } from './settings.ts';

const AUDIENCE = 'weir-api';
const MINUTE = 60_000;
let idp: OAuth2Server;
let port: number;
let issuer: string;
let now: number;
let asked: string[] = [];

async function startProvider(at: number): Promise<OAuth2Server> {
  const server = new OAuth2Server();
  for (const alg of ['RS256', 'ES256', 'EdDSA', 'PS512'])
    await server.issuer.keys.generate(alg, { kid: alg.toLowerCase(), ...(alg === 'EdDSA' && { crv: 'Ed25519' }) });
  await server.start(at, '127.0.0.1');
  return server;
}
beforeAll(async () => {
  idp = await startProvider(0);
  port = idp.address().port;
  issuer = `http://127.0.0.1:${port}`;
  idp.issuer.url = issuer;
  const original = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    asked.push(String(args[0]));
    return original(...args);
  };
});
afterAll(() => idp.stop());
beforeEach(() => {
  now = Date.now();
  asked = [];
});

const oidc = (more: Partial<OidcSettings> = {}) => createOidc({ issuer, audience: AUDIENCE, ...more, now: () => now });

const privateKey = (kid: string): JWK => {
  const key = idp.issuer.keys.toJSON(true).find((candidate) => candidate.kid === kid);
  if (key === undefined) throw new Error(`no key ${kid}`);
  return key;
};

interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly without?: string;
  readonly kid?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
}
async function token({ header = {}, claims = {}, without = '', kid = 'rs256', key }: Forgery = {}): Promise<string> {
  const at = Math.floor(now / 1000);
  const payload: Record<string, unknown> = {
    iss: issuer,
    aud: AUDIENCE,
    sub: 'ada',
    iat: at,
    exp: at + 300,
    ...claims,
  };
  delete payload[without];
  const jwk = privateKey(kid);
  return new SignJWT(payload)
    .setProtectedHeader({ alg: String(jwk.alg), kid, typ: 'JWT', ...header })
    .sign(key ?? (await importJWK(jwk, String(jwk.alg))));
}
const refusedFor = (reason: string) => ({ name: 'CredentialRefused', refusal: { reason } });
async function expectRefused(forged: string, reason: string, using = oidc()) {
  await expect(using.verify(forged), reason).rejects.toMatchObject(refusedFor(reason));
}

describe('a bearer token of the provider', () => {
  test.each(['rs256', 'es256', 'eddsa', 'ps512'])('signed with %s is taken', async (kid) => {
    expect(await oidc().verify(await token({ kid }))).toMatchObject({
      subject: 'ada',
      organisation: 'default',
      roles: [],
    });
  });

  test('made by the provider itself is taken', async () => {
    const made = await idp.issuer.buildToken({
      kid: 'rs256',
      scopesOrTransform: (_, payload) => Object.assign(payload, { aud: [AUDIENCE, 'other'], sub: 'ada' }),
    });
    expect(await oidc().verify(made)).toMatchObject({ issuer, subject: 'ada' });
  });

  test('is held against the clock, with 30 s of skew', async () => {
    const at = Math.floor(now / 1000);
    await expectRefused(await token({ claims: { exp: at - 31 } }), 'expired');
    await expectRefused(await token({ claims: { nbf: at + 40 } }), 'not_yet');
    await expectRefused(await token({ claims: { iat: at + 60 } }), 'claims');
    for (const claims of [{ exp: at - 28 }, { nbf: at + 28 }, { iat: at + 28 }])
      await expect(oidc().verify(await token({ claims })), JSON.stringify(claims)).resolves.toBeDefined();
  });

  test('lives no longer than is configured, whatever it says', async () => {
    const at = Math.floor(now / 1000);
    const old = await token({ claims: { iat: at - 90_000, exp: at + 1_000_000 } });
    await expectRefused(old, 'too_old');
    expect(await oidc({ maxTokenAgeS: 100_000 }).verify(old)).toMatchObject({ subject: 'ada' });
  });

  test.each(['exp', 'iat', 'sub', 'aud', 'iss'])('without %s is refused', async (without) => {
    const reason = { aud: 'audience', iss: 'issuer' }[without] ?? 'claims';
    await expectRefused(await token({ without }), reason);
  });

  test.each([
    ['audience', { aud: 'other' }],
    ['audience', { aud: [] }],
    ['audience', { aud: `${AUDIENCE}/` }],
    ['issuer', { iss: 'https://evil.example' }],
    ['issuer', { iss: '' }],
    ['sub', { sub: '' }],
    ['sub', { sub: 'a\u0000b' }],
    ['sub', { sub: 42 }],
    ['type', { typ: 'ID' }],
    ['type', { typ: 'Refresh' }],
    ['type', { token_use: 'id' }],
    ['type', { at_hash: 'x' }],
    ['sender_constrained', { cnf: { jkt: 'x' } }],
    ['claims', { exp: '9999999999' }],
  ])('is refused for its %s: %j', async (reason, claims) => {
    await expectRefused(await token({ claims }), reason);
  });

  test('of another issuer, to the character', async () => {
    await expectRefused(await token({ claims: { iss: `${issuer}/` } }), 'issuer');
  });

  test.each([['logout+jwt'], ['secevent+jwt'], ['dpop+jwt'], ['kb+jwt']])('of type %s is refused', async (typ) => {
    await expectRefused(await token({ header: { typ } }), 'type');
  });
  test('of type at+jwt, or of none, is taken', async () => {
    for (const typ of ['at+jwt', 'application/at+jwt', 'JWT', undefined])
      await expect(oidc().verify(await token({ header: { typ } }))).resolves.toBeDefined();
  });
});

describe('a forged token', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => ({
    iss: issuer,
    aud: AUDIENCE,
    sub: 'ada',
    iat: Math.floor(now / 1000),
    exp: Math.floor(now / 1000) + 300,
  });

  test('without a signature is refused, however `none` is written', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const unsigned = `${encode({ alg, kid: 'rs256', typ: 'JWT' })}.${encode(claims())}.`;
      await expect(oidc().verify(unsigned), alg).rejects.toMatchObject({ name: 'CredentialRefused' });
    }
    await expectRefused(`${encode({ alg: 'none' })}.${encode(claims())}.`, 'algorithm');
  });

  test('signed with HMAC and the public key is refused', async () => {
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = privateKey('rs256');
    const publicKey = await importJWK(jwk, 'RS256', { extractable: true });
    const pem = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), String(jwk.n), Buffer.from(String(jwk.n), 'base64url')])
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const head = `${encode({ alg, kid: 'rs256', typ: 'JWT' })}.${encode(claims())}`;
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(head)
          .digest('base64url');
        await expectRefused(`${head}.${mac}`, 'algorithm');
      }
  });

  test('signed with another key is refused, also when it brings the key along', async () => {
    const forger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = forger.publicKey.export({ format: 'jwk' });
    const before = asked.length;
    for (const header of [
      {},
      { jwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { x5u: 'http://127.0.0.1:1/cert' },
      { x5c: ['AAAA'] },
    ])
      await expectRefused(await token({ header, key: forger.privateKey }), 'signature');
    expect(asked.slice(before).filter((url) => url.includes(':1/'))).toEqual([]);
  });

  test('with claims or header changed after signing is refused', async () => {
    const [head = '', , signature = ''] = (await token()).split('.');
    await expectRefused(`${head}.${encode({ ...claims(), sub: 'eve' })}.${signature}`, 'signature');
    const [, body = ''] = (await token()).split('.');
    await expectRefused(`${encode({ alg: 'PS256', kid: 'rs256' })}.${body}.${signature}`, 'unknown_key');
    await expectRefused(`${encode({ alg: 'ES256', kid: 'rs256' })}.${body}.${signature}`, 'unknown_key');
  });

  test('is refused for a critical extension that is not understood', async () => {
    const [, body = '', signature = ''] = (await token()).split('.');
    const head = encode({ alg: 'RS256', kid: 'rs256', crit: ['b64'], b64: false });
    await expect(oidc().verify(`${head}.${body}.${signature}`)).rejects.toMatchObject({ name: 'CredentialRefused' });
  });

  test.each(['', '.', '..', 'a.b.c', 'e30.e30.', 'null.null.null', 'W10.W10.W10'])(
    'that is none is refused: %s',
    async (text) => {
      await expectRefused(text, 'malformed');
    },
  );
});

describe('the keys of the provider', () => {
  const jwks = () => asked.filter((url) => url.endsWith('/jwks')).length;

  test('are asked for once by many at a time, and held for ten minutes', async () => {
    const provider = oidc();
    const good = await token();
    await Promise.all(Array.from({ length: 20 }, () => provider.verify(good)));
    expect(jwks()).toBe(1);
    now += 4 * MINUTE;
    await provider.verify(good);
    expect(jwks()).toBe(1);
    now += 7 * MINUTE;
    await provider.verify(await token());
    expect(jwks()).toBe(2);
  });

  test('are asked for again for an unknown one, at most every 30 s: a flood makes one request', async () => {
    const provider = oidc();
    await provider.verify(await token());
    const flood = await Promise.all(Array.from({ length: 50 }, (_, i) => token({ header: { kid: `unknown-${i}` } })));
    now += 31_000;
    await Promise.all(flood.map((unknown) => expectRefused(unknown, 'unknown_key', provider)));
    for (const unknown of flood) await expectRefused(unknown, 'unknown_key', provider);
    expect(jwks()).toBe(2);
  });

  test('may be changed by the provider: new ones are found, withdrawn ones refused within ten minutes', async () => {
    const provider = oidc();
    await provider.verify(await token());
    await idp.issuer.keys.generate('RS256', { kid: 'rotated' });
    now += 31_000;
    expect(await provider.verify(await token({ kid: 'rotated' }))).toMatchObject({ subject: 'ada' });
    const old = await token({ kid: 'rotated', claims: { exp: Math.floor(now / 1000) + 3_600 } });
    await idp.stop();
    const other = await startProvider(port);
    other.issuer.url = issuer;
    idp = other;
    now += 10 * MINUTE;
    await expectRefused(old, 'unknown_key', provider);
  });

  test('serve on while the provider is away; what can not be told then is no 401', async () => {
    const provider = oidc();
    const [good, unknown] = [
      await token({ claims: { exp: Math.floor(now / 1000) + 90_000 } }),
      await token({ header: { kid: 'new' } }),
    ];
    await provider.verify(good);
    const signer = privateKey('rs256');
    await idp.stop();
    try {
      const away = { code: 'identity_unavailable' };
      now += 31_000;
      await expect(provider.verify(unknown)).rejects.toMatchObject(away);
      now += 60 * MINUTE;
      expect(await provider.verify(good)).toMatchObject({ subject: 'ada' });
      await expect(oidc().verify(good)).rejects.toMatchObject(away); // a process that starts now has no keys
      now += 24 * 60 * MINUTE;
      await expect(provider.verify(good)).rejects.toMatchObject(away);
    } finally {
      const other = new OAuth2Server();
      await other.issuer.keys.add(signer);
      for (const alg of ['ES256', 'EdDSA', 'PS512'])
        await other.issuer.keys.generate(alg, { kid: alg.toLowerCase(), ...(alg === 'EdDSA' && { crv: 'Ed25519' }) });
      await other.start(port, '127.0.0.1');
      other.issuer.url = issuer;
      idp = other;
    }
    now += 6_000;
    expect(await provider.verify(await token())).toMatchObject({ subject: 'ada' }); // and it is back by itself
  });

  test('are not taken from a provider that calls itself otherwise', async () => {
    idp.issuer.url = 'http://127.0.0.1:1';
    await expect(oidc().verify(await token({ claims: { iss: issuer } }))).rejects.toMatchObject({
      code: 'identity_unavailable',
    });
    idp.issuer.url = issuer;
  });
});

describe('settings', () => {
  test.each([
    { issuer: 'http://idp.example' },
    { issuer: 'https://idp.example?x=1' },
    { issuer: 'file:///etc/passwd' },
    { issuer: 'idp' },
    { audience: '' },
    { audience: [] },
    { maxTokenAgeS: 0 },
    { claims: { roleMap: { boss: 'root' as 'admin' } } }, // what a settings file could say
  ])('%j are refused at once', (bad) => {
    expect(() => oidc(bad)).toThrow(/has to be|missing|none of|positive/);
  });
});
