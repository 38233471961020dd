import type { Identity } from '../user-principal.ts';

/** An identity provider that speaks OpenID Connect. */
export interface Oidc {
  readonly issuer: string;
  /** The person behind a bearer token that was issued for this API. Throws CredentialRefused, identity_unavailable. */
  verify(token: string): Promise<Identity>;
  /** A login that begins: where to send the browser, and what to remember of it. Throws identity_unavailable. */
  beginLogin(redirectUri: string): Promise<PendingLogin & { readonly url: string; readonly state: string }>;
  /** The person that the provider sent back. Throws CredentialRefused, identity_unavailable. */
  completeLogin(callback: URL, pending: PendingLogin & { readonly state: string }): Promise<Identity>;
}

export interface PendingLogin {
  readonly codeVerifier: string;
  readonly nonce: string;
}
