// A provider over HTTP, and tokens signed with its keys or with others.
import { importJWK, type JWK, SignJWT } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { expect } from 'vitest';
import { createOidc } from '../oidc/create-oidc.ts';
import type { Oidc } from '../oidc/oidc.ts';
import type { OidcSettings } from '../oidc/settings.ts';

export const AUDIENCE = 'weir-api';

export interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly without?: string;
  readonly kid?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

/** Keys `rs256`, `es256`, `eddsa` and `ps512`; all that was fetched since it started is noted. */
export class SigningProvider {
  now = Date.now();
  asked: string[] = [];
  issuer = '';
  server = new OAuth2Server();
  #port = 0;
  readonly #fetch = globalThis.fetch;

  async start(): Promise<void> {
    globalThis.fetch = async (...args) => {
      this.asked.push(String(args[0]));
      return this.#fetch(...args);
    };
    await this.#listen();
  }
  async stop(): Promise<void> {
    globalThis.fetch = this.#fetch;
    if (this.server.listening) await this.server.stop();
  }
  /** Away for the time of `work`, then back with the same key `rs256`. */
  async away(work: () => Promise<void>): Promise<void> {
    const kept = this.privateKey('rs256');
    await this.server.stop();
    try {
      await work();
    } finally {
      await this.#listen(kept);
    }
  }
  /** Starts over with other keys. */
  async replaceKeys(): Promise<void> {
    await this.server.stop();
    await this.#listen();
  }

  oidc(more: Partial<OidcSettings> = {}): Oidc {
    return createOidc({ issuer: this.issuer, audience: AUDIENCE, ...more, now: () => this.now });
  }
  privateKey(kid: string): JWK {
    const key = this.server.issuer.keys.toJSON(true).find((candidate) => candidate.kid === kid);
    if (key === undefined) throw new Error(`no key ${kid}`);
    return key;
  }
  claims(): Record<string, unknown> {
    const at = Math.floor(this.now / 1000);
    return { iss: this.issuer, aud: AUDIENCE, sub: 'ada', iat: at, exp: at + 300 };
  }
  async token({ header = {}, claims = {}, without = '', kid = 'rs256', key }: Forgery = {}): Promise<string> {
    const payload: Record<string, unknown> = { ...this.claims(), ...claims };
    delete payload[without];
    const jwk = this.privateKey(kid);
    return new SignJWT(payload)
      .setProtectedHeader({ alg: String(jwk.alg), kid, typ: 'JWT', ...header })
      .sign(key ?? (await importJWK(jwk, String(jwk.alg))));
  }
  async expectRefused(forged: string, reason: string, using = this.oidc()): Promise<void> {
    const refusal = { name: 'CredentialRefused', refusal: { reason } };
    await expect(using.verify(forged), reason).rejects.toMatchObject(refusal);
  }

  async #listen(kept?: JWK): Promise<void> {
    this.server = new OAuth2Server();
    const { keys } = this.server.issuer;
    if (kept === undefined) await keys.generate('RS256', { kid: 'rs256' });
    else await keys.add(kept);
    for (const alg of ['ES256', 'PS512']) await keys.generate(alg, { kid: alg.toLowerCase() });
    await keys.generate('EdDSA', { kid: 'eddsa', crv: 'Ed25519' });
    await this.server.start(this.#port, '127.0.0.1');
    this.#port = this.server.address().port;
    this.issuer = `http://127.0.0.1:${this.#port}`;
    this.server.issuer.url = this.issuer;
  }
}
