// Against a real provider over HTTP, whose keys the forger does not have.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AUDIENCE, SigningProvider } from '../testdata/signing-provider.ts';

const idp = new SigningProvider();
beforeAll(() => idp.start());
afterAll(() => idp.stop());
beforeEach(() => {
  idp.now = Date.now();
  idp.asked = [];
});

describe('a bearer token of the provider', () => {
  test.each(['rs256', 'es256', 'eddsa', 'ps512'])('signed with %s is taken', async (kid) => {
    expect(await idp.oidc().verify(await idp.token({ kid }))).toMatchObject({
      subject: 'ada',
      organisation: 'default',
      roles: [],
    });
  });

  test('made by the provider itself is taken', async () => {
    const made = await idp.server.issuer.buildToken({
      kid: 'rs256',
      scopesOrTransform: (_, payload) => Object.assign(payload, { aud: [AUDIENCE, 'other'], sub: 'ada' }),
    });
    expect(await idp.oidc().verify(made)).toMatchObject({ issuer: idp.issuer, subject: 'ada' });
  });

  test('is held against the clock, with 30 s of skew', async () => {
    const at = Math.floor(idp.now / 1000);
    await idp.expectRefused(await idp.token({ claims: { exp: at - 31 } }), 'expired');
    await idp.expectRefused(await idp.token({ claims: { nbf: at + 40 } }), 'not_yet');
    await idp.expectRefused(await idp.token({ claims: { iat: at + 60 } }), 'claims');
    for (const claims of [{ exp: at - 28 }, { nbf: at + 28 }, { iat: at + 28 }])
      await expect(idp.oidc().verify(await idp.token({ claims })), JSON.stringify(claims)).resolves.toBeDefined();
  });

  test('lives no longer than is configured, whatever it says', async () => {
    const at = Math.floor(idp.now / 1000);
    const old = await idp.token({ claims: { iat: at - 90_000, exp: at + 1_000_000 } });
    await idp.expectRefused(old, 'too_old');
    expect(await idp.oidc({ maxTokenAgeS: 100_000 }).verify(old)).toMatchObject({ subject: 'ada' });
  });

  test.each(['exp', 'iat', 'sub', 'aud', 'iss'])('without %s is refused', async (without) => {
    const reason = { aud: 'audience', iss: 'issuer' }[without] ?? 'claims';
    await idp.expectRefused(await idp.token({ without }), reason);
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
    await idp.expectRefused(await idp.token({ claims }), reason);
  });

  test('of another issuer, to the character', async () => {
    await idp.expectRefused(await idp.token({ claims: { iss: `${idp.issuer}/` } }), 'issuer');
  });

  test.each([['logout+jwt'], ['secevent+jwt'], ['dpop+jwt'], ['kb+jwt']])('of type %s is refused', async (typ) => {
    await idp.expectRefused(await idp.token({ header: { typ } }), 'type');
  });
  test('of type at+jwt, or of none, is taken', async () => {
    for (const typ of ['at+jwt', 'application/at+jwt', 'JWT', undefined])
      await expect(idp.oidc().verify(await idp.token({ header: { typ } }))).resolves.toBeDefined();
  });
});

describe('a forged token', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => idp.claims();

  test('without a signature is refused, however `none` is written', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const unsigned = `${encode({ alg, kid: 'rs256', typ: 'JWT' })}.${encode(claims())}.`;
      await expect(idp.oidc().verify(unsigned), alg).rejects.toMatchObject({ name: 'CredentialRefused' });
    }
    await idp.expectRefused(`${encode({ alg: 'none' })}.${encode(claims())}.`, 'algorithm');
  });

  test('signed with HMAC and the public key is refused', async () => {
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = idp.privateKey('rs256');
    const publicKey = await importJWK(jwk, 'RS256', { extractable: true });
    const pem = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), String(jwk.n), Buffer.from(String(jwk.n), 'base64url')])
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const head = `${encode({ alg, kid: 'rs256', typ: 'JWT' })}.${encode(claims())}`;
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(head)
          .digest('base64url');
        await idp.expectRefused(`${head}.${mac}`, 'algorithm');
      }
  });

  test('signed with another key is refused, also when it brings the key along', async () => {
    const forger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = forger.publicKey.export({ format: 'jwk' });
    const before = idp.asked.length;
    for (const header of [
      {},
      { jwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { x5u: 'http://127.0.0.1:1/cert' },
      { x5c: ['AAAA'] },
    ])
      await idp.expectRefused(await idp.token({ header, key: forger.privateKey }), 'signature');
    expect(idp.asked.slice(before).filter((url) => url.includes(':1/'))).toEqual([]);
  });

  test('with claims or header changed after signing is refused', async () => {
    const [head = '', , signature = ''] = (await idp.token()).split('.');
    await idp.expectRefused(`${head}.${encode({ ...claims(), sub: 'eve' })}.${signature}`, 'signature');
    const [, body = ''] = (await idp.token()).split('.');
    await idp.expectRefused(`${encode({ alg: 'PS256', kid: 'rs256' })}.${body}.${signature}`, 'unknown_key');
    await idp.expectRefused(`${encode({ alg: 'ES256', kid: 'rs256' })}.${body}.${signature}`, 'unknown_key');
  });

  test('is refused for a critical extension that is not understood', async () => {
    const [, body = '', signature = ''] = (await idp.token()).split('.');
    const head = encode({ alg: 'RS256', kid: 'rs256', crit: ['b64'], b64: false });
    await expect(idp.oidc().verify(`${head}.${body}.${signature}`)).rejects.toMatchObject({
      name: 'CredentialRefused',
    });
  });

  test.each(['', '.', '..', 'a.b.c', 'e30.e30.', 'null.null.null', 'W10.W10.W10'])(
    'that is none is refused: %s',
    async (text) => {
      await idp.expectRefused(text, 'malformed');
    },
  );
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
    expect(() => idp.oidc(bad)).toThrow(/has to be|missing|none of|positive/);
  });
});
