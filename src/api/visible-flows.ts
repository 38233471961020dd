import type { FlowScope } from '../auth/authorize.ts';
import type { FlowStore } from '../flows/flow-store.ts';

/** Names of the flows that a scope reaches, its categories resolved as they are now; undefined: every flow. */
export async function visibleFlows(
  flows: Pick<FlowStore, 'list'>,
  scope: FlowScope,
): Promise<readonly string[] | undefined> {
  if (scope.all) return undefined;
  const ofCategories = await Promise.all([...scope.categories].map((category) => flows.list({ category })));
  return [...new Set([...scope.flows, ...ofCategories.flat().map((flow) => flow.name)])].sort();
}
