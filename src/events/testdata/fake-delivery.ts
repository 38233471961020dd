import { compile } from '../../dsl/index.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { StartRequest } from '../../executions/start-execution.ts';
import { keyedExecutionId } from '../../executions/execution-id.ts';
import { fakeRuns } from '../../executions/testdata/fake-runs.ts';
import type { Arrival } from '../arrival.ts';
import { deliverEvent, type DeliveryDeps, type DeliveryResult } from '../deliver-event.ts';
import type { TriggeredFlow } from '../triggered-flow.ts';

export function flowIr(source: string, version = '1.0.0'): FlowIr {
  const { ir, diagnostics } = compile(source, { adapters: new Map(), actions: {}, flows: new Map() });
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics));
  return { ...ir, version };
}

/** `trigger`: YAML in flow form. */
export const triggered = (
  name: string,
  trigger: string,
  more: Partial<Omit<TriggeredFlow, 'flow'>> & { readonly version?: string } = {},
): TriggeredFlow => ({
  flow: flowIr(`flow: ${name}\ntrigger: ${trigger}\nsteps:\n  - return: $input\n`, more.version),
  environment: more.environment ?? 'prod',
  weight: more.weight ?? 1,
  deployed: more.deployed ?? true,
});

/** Delivery to flows of a test, without Temporal: `starts` are the requests that came, `fail` makes the next ones fail. */
export function fakeDelivery(flows: readonly TriggeredFlow[], more: Partial<DeliveryDeps> = {}) {
  const starts: StartRequest[] = [];
  const known = new Set<string>();
  const state: { fail: Error | null; flows: readonly TriggeredFlow[]; calls: number } = { fail: null, flows, calls: 0 };
  const deliver = (organisation: string, arrival: Arrival): Promise<DeliveryResult> => {
    state.calls++;
    return deliverEvent(
      {
        organisation,
        triggered: async () => state.flows,
        awaiting: async () => [],
        runs: fakeRuns(),
        async start(request) {
          if (state.fail !== null) throw state.fail;
          const id = keyedExecutionId([organisation, request.flow, request.idempotencyKey ?? '']);
          if (!known.has(id)) starts.push(request);
          known.add(id);
          return { execution_id: id, flow: request.flow, version: request.version ?? '', status: 'running', links: {} };
        },
        ...more,
      },
      arrival,
    );
  };
  return { deliver, starts, state };
}
