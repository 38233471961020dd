import { ApplicationFailure } from '@temporalio/common';
import type { FlowStore } from '../flows/flow-store.ts';
import { resolveFlows } from '../flows/resolve-flows.ts';
import type { EngineActivities, ErrorInfo } from './contract.ts';

/** The activity behind a computed `flow` step. A flow that is not there, or has errors, fails with `flow_not_found`: retrying would not help. */
export function createResolveFlow(store: Pick<FlowStore, 'get'>): EngineActivities['weir.resolve_flow'] {
  return async ({ ref }) => {
    const found = await store.get(ref);
    if (found?.ir === undefined)
      throw notFound(
        found === undefined ? `there is no flow ${ref}` : `flow ${found.name} ${found.version} has errors`,
      );
    const { flows, missing } = await resolveFlows(store, found.ir);
    if (missing.length > 0)
      throw notFound(`flow ${found.name} calls flows that can't be run: ${missing.map((one) => one.ref).join(', ')}`);
    return { ref, flows: { ...flows, [ref]: found.ir } };
  };
}

function notFound(message: string): ApplicationFailure {
  const info: ErrorInfo = { code: 'flow_not_found', message, retryable: false };
  return ApplicationFailure.create({ type: info.code, message, nonRetryable: true, details: [info] });
}
