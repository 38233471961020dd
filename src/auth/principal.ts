/** What can be done with the nouns of the product (the seed's `flow:*`, and what the HTTP contract adds). */
export const PERMISSIONS = [
  'flow:read',
  'flow:create',
  'flow:update',
  'flow:delete',
  'flow:execute',
  'flow:admin',
  'event:write',
  'audit:read',
  'org:read',
  'org:admin',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['viewer', 'author', 'operator', 'admin', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** What a grant holds on: every flow, those of a category, or one. */
export type GrantScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'category'; readonly category: string }
  | { readonly kind: 'flow'; readonly flow: string };

export interface Grant {
  readonly role: Role;
  readonly on: GrantScope;
}

/** Who asks, as the credential proved it. `id` is stable (`user:…`, `token:…`, `system:…`); `name` is for people. */
export interface Principal {
  readonly kind: 'user' | 'token' | 'system' | 'local';
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  /** All that apply: given here, and by the identity provider. */
  readonly grants: readonly Grant[];
  /** What `approve.to` may name: the e-mail address or user name, groups, roles. */
  readonly aliases: readonly string[];
}

/** Weir itself: what it does without a person, such as firing a trigger. It may do everything in its organisation. */
export function systemPrincipal(part: string, organisation: string): Principal {
  return {
    kind: 'system',
    id: `system:${part}`,
    name: part,
    organisation,
    grants: [{ role: 'admin', on: { kind: 'all' } }],
    aliases: [],
  };
}

/** Whoever reaches a development server that serves a folder: it listens on loopback only and has no identities. */
export const LOCAL_PRINCIPAL: Principal = {
  kind: 'local',
  id: 'local:developer',
  name: 'developer',
  organisation: 'default',
  grants: [
    { role: 'admin', on: { kind: 'all' } },
    { role: 'auditor', on: { kind: 'all' } },
  ],
  aliases: [],
};
