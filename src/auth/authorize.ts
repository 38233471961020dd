import type { Grant, GrantScope, Permission, Principal, Role } from './principal.ts';

/** What each role may do. Deny by default: what is not listed is refused. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['flow:read'],
  author: ['flow:read', 'flow:create', 'flow:update', 'flow:delete'],
  operator: ['flow:read', 'flow:execute', 'event:write'],
  admin: [
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
  ],
  auditor: ['flow:read', 'audit:read', 'org:read'],
};

/** A flow as grants see it; without a name: one that is about to be made in this category. */
export interface FlowResource {
  readonly flow?: string;
  readonly category: string | null;
}

/** What a permission reaches: every flow of the organisation, or those of these names and categories. */
export interface FlowScope {
  readonly all: boolean;
  readonly flows: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
}

/** How far the principal's grants carry a permission, in its own organisation. The one place where grants are read. */
export function scopeOf({ grants }: Pick<Principal, 'grants'>, permission: Permission): FlowScope {
  const fitting = grants.filter(({ role }) => ROLE_PERMISSIONS[role]?.includes(permission));
  const named = <K extends GrantScope['kind']>(kind: K): Extract<GrantScope, { kind: K }>[] =>
    fitting.map(({ on }: Grant) => on).filter((on): on is Extract<GrantScope, { kind: K }> => on.kind === kind);
  return {
    all: named('all').length > 0,
    flows: new Set(named('flow').map(({ flow }) => flow)),
    categories: new Set(named('category').map(({ category }) => category)),
  };
}

/** Whether the scope reaches anything at all. */
export const reachesAny = (scope: FlowScope): boolean => scope.all || scope.flows.size > 0 || scope.categories.size > 0;

/** Whether the scope reaches this flow. */
export function reaches(scope: FlowScope, { flow, category }: FlowResource): boolean {
  return (
    scope.all || (flow !== undefined && scope.flows.has(flow)) || (category !== null && scope.categories.has(category))
  );
}

/** Whether the scope covers all that a grant on this would reach. A flow is covered by name only: its category may change. */
export function covers(scope: FlowScope, on: GrantScope): boolean {
  if (scope.all) return true;
  if (on.kind === 'flow') return scope.flows.has(on.flow);
  return on.kind === 'category' && scope.categories.has(on.category);
}

/** The first permission that `wanted` would give and the giver does not have as far; null: all of it may be given. */
export function beyond(giver: Pick<Principal, 'grants'>, wanted: readonly Grant[]): Permission | null {
  for (const { role, on } of wanted)
    for (const permission of ROLE_PERMISSIONS[role]) if (!covers(scopeOf(giver, permission), on)) return permission;
  return null;
}

/** Roles that hold on everything: what `approve.to` may name. One on a single flow makes nobody an administrator elsewhere. */
export function roleAliases(grants: readonly Grant[]): readonly Role[] {
  return [...new Set(grants.filter(({ on }) => on.kind === 'all').map(({ role }) => role))];
}
