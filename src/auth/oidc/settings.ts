import { ROLES, type Role } from '../principal.ts';

/** How to trust an identity provider. */
export interface OidcSettings {
  /** As the provider writes it, to the character: tokens of another issuer are refused. https, or http on loopback. */
  readonly issuer: string;
  /** Who bearer tokens must be issued for; any of them. Not the client's id, so that ID tokens are no credential here. */
  readonly audience: string | readonly string[];
  /** This server's client at the provider, for logins of browsers. */
  readonly clientId?: string;
  /** Left out for a public client: PKCE holds either way. */
  readonly clientSecret?: string;
  /** Default `openid profile email`. */
  readonly scope?: string;
  readonly claims?: ClaimsMapping;
  /** Oldest token that is taken, by its `iat`, seconds. Default a day. */
  readonly maxTokenAgeS?: number;
}

/** Names of claims: `groups`, `realm_access.roles`, `https://example.com/roles`. */
export interface ClaimsMapping {
  /** Id of the organisation. Default: everybody belongs to `default`. */
  readonly organisation?: string;
  /** Roles on everything. Default: the provider gives none, and grants are given here. */
  readonly roles?: string;
  /** The provider's name of a role → ours. Default: they are called the same. */
  readonly roleMap?: Readonly<Record<string, Role>>;
  /** Default `groups`. */
  readonly groups?: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether keys and codes may travel to this address: https, or http that does not leave the machine. */
export function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username } = new URL(address);
  return username === '' && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)));
}

/** Throws an Error that says which setting is wrong. */
export function checkSettings({ issuer, audience, claims, maxTokenAgeS = 1 }: OidcSettings): void {
  if (!isSafeAddress(issuer) || /[?#]/.test(issuer))
    throw new Error(`The issuer ${issuer} has to be an https address (or http on loopback) without query.`);
  if (audience.length === 0 || [audience].flat().includes(''))
    throw new Error('The audience of bearer tokens is missing.');
  if (!(maxTokenAgeS > 0)) throw new Error('The maximal age of bearer tokens has to be positive.');
  for (const [name, role] of Object.entries(claims?.roleMap ?? {}))
    if (!ROLES.includes(role))
      throw new Error(`The role ${name} is mapped to ${role}, which is none of ${ROLES.join(', ')}.`);
}
