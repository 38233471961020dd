import { createHash } from 'node:crypto';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { quoted } from '../executions/list-executions.ts';
import type { Runs } from '../executions/runs.ts';
import type { StartedExecution, StartRequest } from '../executions/start-execution.ts';
import { Problem } from '../problems/problem.ts';
import { type EventMessage, type TriggerEvent, UPDATES } from '../workflows/contract.ts';
import { triggeredInput } from './triggered-input.ts';

/** What became of an event. */
export interface EventDelivery {
  readonly id: string;
  /** Executions that took it, or keep it for a later wait. */
  readonly delivered: readonly string[];
  readonly started: readonly string[];
  /** Flows that it should have started but could not, and executions that keep too many events already. */
  readonly rejected: readonly { readonly flow: string; readonly code: string; readonly detail: string }[];
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
  /** Environment of the executions that are started. Default: the gateway's. */
  readonly environment?: string;
}

const PAGE = 200;
/** Updates sent side by side. */
const CONCURRENCY = 16;
const MAX_TYPES_A_QUERY = 50;

export function createEventSink(deps: SinkDeps): EventSink {
  return {
    async deliver(event) {
      const flows = await deps.flows.list();
      const rejected: { flow: string; code: string; detail: string }[] = [];
      const { delivered, full } = await toWaiting(deps, event, await awaiting(deps, flows.map((flow) => flow.name), event.type));
      rejected.push(...full);
      const started: string[] = [];
      for (const { ir } of flows) {
        if (ir === undefined) continue;
        const outcome = await startTriggered(deps, ir, event);
        if (outcome === null) continue;
        if (typeof outcome === 'string') started.push(outcome);
        else rejected.push(outcome);
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

async function toWaiting({ runs }: SinkDeps, event: TriggerEvent, names: readonly string[]): Promise<{ delivered: string[]; full: { flow: string; code: string; detail: string }[] }> {
  const delivered: string[] = [];
  const full: { flow: string; code: string; detail: string }[] = [];
  const message: EventMessage = { id: event.id, type: event.type, source: event.source, time: event.time, data: event.data };
  const id = createHash('sha256').update(JSON.stringify([event.source, event.id])).digest('hex');
  for (let at = 0; at < names.length; at += MAX_TYPES_A_QUERY) {
    const query = `WeirVersion IS NOT NULL AND ExecutionStatus = 'Running' AND WorkflowType IN (${names.slice(at, at + MAX_TYPES_A_QUERY).map(quoted).join(', ')})`;
    let cursor: Uint8Array | null = null;
    do {
      const page: Awaited<ReturnType<Runs['list']>> = await runs.list(query, { size: PAGE, cursor });
      await inParallel(page.items, async ({ executionId, flow }) => {
        const answer = await runs.update({ executionId, name: UPDATES.event, id, argument: { ...message } });
        if (answer.kind === 'done') delivered.push(executionId);
        else if (answer.kind === 'refused') full.push({ flow, code: answer.code, detail: `execution ${executionId}: ${answer.message}` });
      });
      cursor = page.cursor;
    } while (cursor !== null);
  }
  return { delivered, full };
}

/** Id of the execution, why there is none, or null when the event is no trigger of the flow. */
async function startTriggered({ start, environment }: SinkDeps, flow: FlowIr, event: TriggerEvent): Promise<string | { flow: string; code: string; detail: string } | null> {
  const input = triggeredInput(flow, event);
  if (input === null) return null;
  if ('error' in input) return { flow: flow.name, code: 'expression_failed', detail: input.error };
  try {
    const started = await start({ flow: flow.name, input: input.value, trigger: event, idempotencyKey: `event ${event.source} ${event.id}`, ...(environment !== undefined && { environment }) });
    return started.execution_id;
  } catch (error) {
    // What is wrong with the flow or the event stays wrong; what is away comes back, and the event with it.
    if (!(error instanceof Problem) || error.code === 'temporal_unavailable' || error.code === 'overloaded') throw error;
    return { flow: flow.name, code: error.code, detail: error.message };
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, lane));
}
