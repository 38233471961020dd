import type { FlowIr } from '../dsl/ir/flow.ts';
import { offerEvent } from '../executions/offer-event.ts';
import type { Runs } from '../executions/runs.ts';
import type { StartedExecution, StartRequest } from '../executions/start-execution.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { Problem } from '../problems/problem.ts';
import type { TriggerEvent } from '../workflows/contract.ts';
import { triggeredInput } from './triggered-input.ts';

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

export function createEventSink(deps: SinkDeps): EventSink {
  return {
    async deliver(event) {
      const flows = await deps.flows.list();
      const waiting = await awaiting(
        deps,
        flows.map((flow) => flow.name),
        event.type,
      );
      const { delivered, refused } = await offerEvent(deps.runs, waiting, event);
      const rejected = refused.map(
        ({ flow, code, executionId, message }): RejectedEvent => ({
          flow,
          code,
          detail: `execution ${executionId}: ${message}`,
        }),
      );
      const started: string[] = [];
      for (const { ir } of flows) {
        const outcome = ir === undefined ? null : await startTriggered(deps, ir, event);
        if (typeof outcome === 'string') started.push(outcome);
        else if (outcome !== null) rejected.push(outcome);
      }
      return { id: event.id, delivered, started, rejected };
    },
  };
}

/** Flows some version of which waits for the type: executions of earlier versions may still run. */
async function awaiting({ flows }: SinkDeps, names: readonly string[], type: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    const versions = await flows.versions(name);
    if (versions.some(({ ir }) => ir?.awaits.some((one) => one === type || one === '*'))) found.push(name);
  }
  return found;
}

/** Id of the execution, why there is none, or null when the event is no trigger of the flow. */
async function startTriggered(
  { start }: SinkDeps,
  flow: FlowIr,
  event: TriggerEvent,
): Promise<string | RejectedEvent | null> {
  const input = triggeredInput(flow, event);
  if (input === null) return null;
  if ('error' in input) return { flow: flow.name, code: 'expression_failed', detail: input.error };
  try {
    const started = await start({
      flow: flow.name,
      input: input.value,
      trigger: event,
      idempotencyKey: `event ${event.source} ${event.id}`,
    });
    return started.execution_id;
  } catch (error) {
    // What is wrong with the flow or the event stays wrong; what is away comes back, and the event with it.
    if (!(error instanceof Problem) || error.code === 'temporal_unavailable' || error.code === 'overloaded')
      throw error;
    return { flow: flow.name, code: error.code, detail: error.message };
  }
}
