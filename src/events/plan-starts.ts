import type { FlowIr } from '../dsl/ir/flow.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import type { Arrival } from './arrival.ts';
import { environmentOf } from './environment-header.ts';
import { matchTrigger, triggerInput, type TriggerInput } from './match-trigger.ts';
import type { TriggeredFlow } from './triggered-flow.ts';

/** A flow that an event starts, once in an environment. */
export interface PlannedStart {
  readonly flow: string;
  readonly environment: string | null;
  /** All versions that share the environment, the heaviest first; `input` is absent in those whose triggers don't fire. */
  readonly versions: readonly { readonly flow: FlowIr; readonly input?: TriggerInput }[];
}

/** Which flows an event starts where, of those that run. Pure. */
export function planStarts(arrival: Arrival, running: readonly TriggeredFlow[]): readonly PlannedStart[] {
  const groups = new Map<string, TriggeredFlow[]>();
  for (const one of running) {
    if (!isMeant(arrival, one)) continue;
    const key = JSON.stringify([one.flow.name, one.environment]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group): PlannedStart[] => {
    const versions = [...group]
      .sort((a, b) => b.weight - a.weight)
      .map(({ flow }) => {
        const trigger = matchTrigger(flow, arrival);
        return trigger === undefined ? { flow } : { flow, input: triggerInput(trigger, arrival.event) };
      });
    const [first] = group;
    if (first === undefined || versions.every(({ input }) => input === undefined)) return [];
    return [{ flow: first.flow.name, environment: first.environment, versions }];
  });
}

/** A webhook is for whom its signature was proved; the end of a flow, and what a flow emits, stay in their environment. */
function isMeant({ kind, event, targets }: Arrival, { flow, environment }: TriggeredFlow): boolean {
  if (targets !== null) return targets.some((one) => one.flow === flow.name && one.environment === environment);
  if (kind !== 'flow_ended') return environment === null || [null, environment].includes(environmentOf(event));
  return environment === null || (event.data as JsonObject).environment === environment; // made by flowEndedEvent
}
