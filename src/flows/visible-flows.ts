import type { FlowScope } from '../auth/authorize.ts';
import { pageOf } from './flow-page.ts';
import type { FlowStore } from './flow-store.ts';

/** Flows of a caller's categories that are looked at: a filter with more names would be refused. */
const MAX_FLOWS = 5_000;

/** Names of the flows that a scope reaches, its categories resolved as they are now; undefined: every flow. */
export async function visibleFlows(
  flows: Pick<FlowStore, 'list' | 'page'>,
  scope: FlowScope,
): Promise<readonly string[] | undefined> {
  if (scope.all) return undefined;
  const named = scope.categories.size === 0 ? [] : await pageOf(flows, { scope, after: null, limit: MAX_FLOWS });
  return [...new Set([...scope.flows, ...named.map((flow) => flow.name)])].sort();
}
