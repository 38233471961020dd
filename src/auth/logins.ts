/** Browser sessions by authorization code with PKCE. Throws not_found where no identity provider is configured. */
export interface Logins {
  /** Address of the identity provider to send the browser to. `returnTo`: a path of this server. */
  begin(returnTo: string): Promise<{ readonly url: string; readonly state: string }>;
  /** Completes it, for the address the provider called; `secret` goes into the cookie. Throws unauthenticated. */
  complete(
    callback: URL,
    state: string | null,
  ): Promise<{ readonly secret: string; readonly expiresAt: Date; readonly returnTo: string }>;
  end(secret: string): Promise<void>;
}
