import { type FlowResource, type FlowScope, reaches } from '../auth/authorize.ts';
import type { Permission } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';

/**
 * Throws forbidden where the scope does not reach a flow of this name and category. `asked`: how the caller named a flow that is on the
 * server; then nothing else of it is told.
 */
export function requireReach(
  scope: FlowScope,
  {
    resource,
    permission,
    asked,
  }: { readonly resource: FlowResource; readonly permission: Permission; readonly asked?: string },
): void {
  if (reaches(scope, resource)) return;
  const { flow, category } = resource;
  const what =
    asked !== undefined
      ? `flow ${asked}`
      : `${flow === undefined ? 'flows' : `flow ${flow}`}${category === null ? ' without a category' : ` in the category ${category}`}`;
  throw new Problem(
    'forbidden',
    `This needs the permission ${permission} on ${what}, which you have not been granted.`,
  );
}

/**
 * Whether a flow may get this category: one can't move a flow to where one has no rights, and so hand it to others. Staying is
 * always fine; out of every category it may go with a grant on the flow itself.
 */
export function mayMove(
  scope: FlowScope,
  { flow, from, to }: { readonly flow: string; readonly from: string | null; readonly to: string | null },
): boolean {
  if (from === to || scope.all) return true;
  return to === null ? scope.flows.has(flow) : scope.categories.has(to);
}
