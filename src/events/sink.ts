import type { Runs } from '../executions/runs.ts';
import type { StartedExecution, StartRequest } from '../executions/start-execution.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import type { TriggerEvent } from '../workflows/contract.ts';
import { plainEvent } from './arrival.ts';
import { deliverEvent } from './deliver-event.ts';

/** What became of an event. */
export interface EventDelivery {
  readonly id: string;
  /** Executions that took it, or keep it for a later wait. */
  readonly delivered: readonly string[];
  readonly started: readonly string[];
  readonly rejected: readonly RejectedEvent[];
}
/** A flow that it should have started but could not, or an execution that keeps too many events already. */
export interface RejectedEvent {
  readonly flow: string;
  readonly code: string;
  readonly detail: string;
}

export interface EventSink {
  /**
   * Gives an event to every running execution of a flow that waits for its type, and starts the flows that have it as a
   * trigger. The same source and id count once for each execution and flow, so a caller that got an error (no_worker,
   * temporal_unavailable) sends it again. An execution shows in Temporal's list within a second of its start: an event
   * that comes earlier does not reach it.
   */
  deliver(event: TriggerEvent): Promise<EventDelivery>;
}

export interface SinkDeps {
  readonly flows: Pick<FlowStore, 'list' | 'versions'>;
  readonly runs: Pick<Runs, 'list' | 'update'>;
  readonly start: (request: StartRequest) => Promise<StartedExecution>;
}

/** Where flows are served from a folder and nothing is stored: an event is delivered now, or the sender learns that it was not. */
export function createEventSink({ flows, runs, start }: SinkDeps): EventSink {
  const deps = {
    organisation: 'default',
    runs,
    start,
    async triggered() {
      const all = await flows.list();
      return all.flatMap(({ ir }) =>
        ir === undefined ? [] : [{ flow: ir, environment: null, weight: 1, deployed: false }],
      );
    },
    async awaiting(type: string) {
      const found: string[] = [];
      for (const { name } of await flows.list()) {
        const versions = await flows.versions(name);
        if (versions.some(({ ir }) => ir?.awaits.some((one) => one === type || one === '*'))) found.push(name);
      }
      return found;
    },
  };
  return {
    async deliver(event) {
      const { outcome, retry } = await deliverEvent(deps, plainEvent(event));
      if (retry !== null) throw retry;
      return outcome;
    },
  };
}
