import { type FlowResource, reaches, scopeOf } from '../auth/authorize.ts';
import type { Grant, Principal } from '../auth/principal.ts';

/**
 * Whether `approve.to` names the principal: by id, e-mail address, user name or group (its aliases), or as `role:x` by a role
 * that it has been granted on this flow. Empty: everyone who may execute the flow. Upper and lower case are one.
 */
export function mayDecide(
  principal: Pick<Principal, 'kind' | 'id' | 'aliases' | 'grants'>,
  to: readonly string[],
  flow: FlowResource,
): boolean {
  // A folder served to whoever sits there knows no identities.
  if (to.length === 0 || principal.kind === 'local') return true;
  const roles = principal.grants.filter((grant) => holdsOn(grant, flow)).map(({ role }) => `role:${role}`);
  const names = new Set([principal.id, ...principal.aliases, ...roles].map((name) => name.toLowerCase()));
  return to.some((one) => names.has(one.toLowerCase()) || names.has(one.toLowerCase().replace(/^role:/, '')));
}

/** Every role may at least read or write something: its grant reaches the flow by what it holds on. */
function holdsOn({ on }: Grant, flow: FlowResource): boolean {
  return reaches(scopeOf({ grants: [{ role: 'admin', on }] }, 'flow:read'), flow);
}
