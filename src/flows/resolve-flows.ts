import type { FlowIr } from '../dsl/ir/flow.ts';
import type { FlowStore, StoredFlow } from './flow-store.ts';

/** A flow with everything it may start by a literal reference. */
export interface FlowClosure {
  /** `name@range` as written → IR: `RunFlowInput.flows`. */
  readonly flows: Readonly<Record<string, FlowIr>>;
  /** References that lead nowhere, or to a flow with errors. */
  readonly missing: readonly MissingFlow[];
}
export interface MissingFlow {
  readonly ref: string;
  /** Name of the flow that has the reference. */
  readonly from: string;
  /** The flow that was found, but has errors. */
  readonly invalid?: StoredFlow;
}

/** Follows literal sub-flow references transitively, each once; flows that call each other in a circle are fine. */
export async function resolveFlows(store: Pick<FlowStore, 'get'>, root: FlowIr): Promise<FlowClosure> {
  const flows: Record<string, FlowIr> = {};
  const missing: MissingFlow[] = [];
  const seen = new Set<string>();
  const open: FlowIr[] = [root];
  for (let flow = open.shift(); flow !== undefined; flow = open.shift()) {
    for (const ref of flow.flowRefs) {
      if (seen.has(ref)) continue;
      seen.add(ref);
      const found = await store.get(ref);
      if (found?.ir !== undefined) {
        flows[ref] = found.ir;
        open.push(found.ir);
      } else missing.push({ ref, from: flow.name, ...(found !== undefined && { invalid: found }) });
    }
  }
  return { flows, missing };
}
