import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SigningProvider } from '../testdata/signing-provider.ts';

const MINUTE = 60_000;
const idp = new SigningProvider();
beforeAll(() => idp.start());
afterAll(() => idp.stop());
beforeEach(() => {
  idp.now = Date.now();
  idp.asked = [];
});

describe('the keys of the provider', () => {
  const jwks = () => idp.asked.filter((url) => url.endsWith('/jwks')).length;

  test('are asked for once by many at a time, and held for ten minutes', async () => {
    const provider = idp.oidc();
    const good = await idp.token();
    await Promise.all(Array.from({ length: 20 }, () => provider.verify(good)));
    expect(jwks()).toBe(1);
    idp.now += 4 * MINUTE;
    await provider.verify(good);
    expect(jwks()).toBe(1);
    idp.now += 7 * MINUTE;
    await provider.verify(await idp.token());
    expect(jwks()).toBe(2);
  });

  test('are asked for again for an unknown one, at most every 30 s: a flood makes one request', async () => {
    const provider = idp.oidc();
    await provider.verify(await idp.token());
    const flood = await Promise.all(
      Array.from({ length: 50 }, (_, i) => idp.token({ header: { kid: `unknown-${i}` } })),
    );
    idp.now += 31_000;
    await Promise.all(flood.map((unknown) => idp.expectRefused(unknown, 'unknown_key', provider)));
    for (const unknown of flood) await idp.expectRefused(unknown, 'unknown_key', provider);
    expect(jwks()).toBe(2);
  });

  test('may be changed by the provider: new ones are found, withdrawn ones refused within ten minutes', async () => {
    const provider = idp.oidc();
    await provider.verify(await idp.token());
    await idp.server.issuer.keys.generate('RS256', { kid: 'rotated' });
    idp.now += 31_000;
    expect(await provider.verify(await idp.token({ kid: 'rotated' }))).toMatchObject({ subject: 'ada' });
    const old = await idp.token({ kid: 'rotated', claims: { exp: Math.floor(idp.now / 1000) + 3_600 } });
    await idp.replaceKeys();
    idp.now += 10 * MINUTE;
    await idp.expectRefused(old, 'unknown_key', provider);
  });

  test('serve on while the provider is away; what can not be told then is no 401', async () => {
    const provider = idp.oidc();
    const [good, unknown] = [
      await idp.token({ claims: { exp: Math.floor(idp.now / 1000) + 90_000 } }),
      await idp.token({ header: { kid: 'new' } }),
    ];
    await provider.verify(good);
    await idp.away(async () => {
      const away = { code: 'identity_unavailable' };
      idp.now += 31_000;
      await expect(provider.verify(unknown)).rejects.toMatchObject(away);
      idp.now += 60 * MINUTE;
      expect(await provider.verify(good)).toMatchObject({ subject: 'ada' });
      await expect(idp.oidc().verify(good)).rejects.toMatchObject(away); // a process that starts now has no keys
      idp.now += 24 * 60 * MINUTE;
      await expect(provider.verify(good)).rejects.toMatchObject(away);
    });
    idp.now += 6_000;
    expect(await provider.verify(await idp.token())).toMatchObject({ subject: 'ada' }); // and it is back by itself
  });

  test('serve on without delay while the provider hangs: it is waited for once', async () => {
    const provider = idp.oidc();
    const good = await idp.token({ claims: { exp: Math.floor(idp.now / 1000) + 90_000 } });
    await provider.verify(good);
    await idp.away(async () => {
      const silent = createServer(); // takes connections and says nothing
      const { port } = new URL(idp.issuer);
      await new Promise<void>((resolve) => silent.listen(Number(port), '127.0.0.1', resolve));
      const open = new Set<Socket>();
      silent.on('connection', (socket) => open.add(socket));
      idp.now += 60 * MINUTE;
      expect(await provider.verify(good)).toMatchObject({ subject: 'ada' });
      const begun = performance.now();
      for (let i = 0; i < 20; i++) {
        idp.now += 6_000; // the pause after a failure is over: it is asked again, behind the scenes
        expect(await provider.verify(good)).toMatchObject({ subject: 'ada' });
      }
      expect(performance.now() - begun).toBeLessThan(2_000);
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
  });

  test('are not taken from a provider that calls itself otherwise', async () => {
    idp.server.issuer.url = 'http://127.0.0.1:1';
    await expect(idp.oidc().verify(await idp.token({ claims: { iss: idp.issuer } }))).rejects.toMatchObject({
      code: 'identity_unavailable',
    });
    idp.server.issuer.url = idp.issuer;
  });
});
