/** A login that begins in a browser. */
export interface BegunLogin {
  /** Address of the identity provider to send the browser to. */
  readonly url: string;
  /** Goes into a cookie: the login can be completed by this browser only. */
  readonly state: string;
}

/** A session that has begun. `secret` goes into its cookie and is kept as a hash only. */
export interface BegunSession {
  readonly secret: string;
  readonly expiresAt: Date;
  readonly returnTo: string;
}

/** Browser sessions by authorization code with PKCE. `begin` and `complete` throw not_found where no identity provider is configured. */
export interface Logins {
  /** Address of this server for browsers. */
  readonly publicUrl: string;
  /** Whether cookies are for TLS only, and their names say so. */
  readonly secure: boolean;
  /** `returnTo`: a path of this server; anything else is refused. Throws invalid_request, rate_limited, identity_unavailable. */
  begin(returnTo: string): Promise<BegunLogin>;
  /**
   * Completes it: `query` is what the provider called with, `state` the cookie's. A login can be completed once. Ends the session that the
   * browser had before. Throws unauthenticated, identity_unavailable.
   */
  complete(
    query: URLSearchParams,
    browser: { readonly state: string | null; readonly session: string | null },
  ): Promise<BegunSession>;
  /** Nothing happens for a session that has ended. */
  end(secret: string): Promise<void>;
}
