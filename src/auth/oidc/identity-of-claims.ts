import { CredentialRefused } from '../credential-refused.ts';
import { ROLES, type Role } from '../principal.ts';
import type { Identity } from '../user-principal.ts';
import type { ClaimsMapping } from './settings.ts';

type Claims = Readonly<Record<string, unknown>>;

const MAX_GROUPS = 500;
/** What can be stored and shown: no control characters, no half characters. */
const TEXT = /^[^\p{Cc}\p{Cf}\p{Cs}]{1,200}$/u;

/** Who the claims of a verified token mean. What is not understood is left out; a missing organisation is refused. Throws CredentialRefused. */
export function identityOfClaims(
  claims: Claims & { readonly sub: string },
  issuer: string,
  mapping: ClaimsMapping = {},
): Identity {
  const { organisation, roles, roleMap, groups = 'groups' } = mapping;
  const text = (name: string): string[] => texts(claims[name]).slice(0, 1);
  const email = claims.email_verified === false ? [] : text('email');
  const aliases = [...text('preferred_username'), ...email]
    // A user name is often free to choose: one that is called like a role must not stand for it.
    .filter((alias) => !isRole(alias));
  return {
    issuer,
    subject: claims.sub,
    name: ['preferred_username', 'email', 'name', 'sub'].flatMap(text)[0] ?? 'unnamed',
    organisation: organisation === undefined ? 'default' : organisationOf(claimAt(claims, organisation)),
    roles: roles === undefined ? [] : rolesOf(texts(claimAt(claims, roles)), roleMap),
    groups: texts(claimAt(claims, groups)).slice(0, MAX_GROUPS),
    aliases,
  };
}

/** A claim by its name, or, where there is none of that name, by a path of names. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function texts(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((entry): entry is string => typeof entry === 'string' && TEXT.test(entry));
}

function organisationOf(value: unknown): string {
  const [id, ...others] = texts(value);
  if (id === undefined || others.length > 0 || !/^[a-z][a-z0-9-]{0,62}$/.test(id))
    throw new CredentialRefused('The token does not name one organisation.', { reason: 'unknown_organisation' });
  return id;
}

function rolesOf(names: readonly string[], map: ClaimsMapping['roleMap']): readonly Role[] {
  const roles = names.flatMap((name): Role[] => {
    if (map === undefined) return isRole(name) ? [name] : [];
    const role = Object.hasOwn(map, name) ? map[name] : undefined;
    return role === undefined ? [] : [role];
  });
  return [...new Set(roles)];
}

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name); // widened to ask
