import type { ResolveVersion } from '../deployments/deployments.ts';
import { keyedExecutionId } from '../executions/execution-id.ts';
import { offerEvent } from '../executions/offer-event.ts';
import type { Runs } from '../executions/runs.ts';
import type { StartedExecution, StartRequest } from '../executions/start-execution.ts';
import { PROBLEM_CATALOGUE } from '../problems/catalogue.ts';
import { Problem } from '../problems/problem.ts';
import type { Arrival } from './arrival.ts';
import { type PlannedStart, planStarts } from './plan-starts.ts';
import type { EventDelivery, RejectedEvent } from './sink.ts';
import type { TriggeredFlow } from './triggered-flow.ts';

/** What delivery needs of one organisation. */
export interface DeliveryDeps {
  readonly organisation: string;
  /** Flows whose triggers count. */
  readonly triggered: () => Promise<readonly TriggeredFlow[]>;
  /** Names of flows some version of which waits for the type: executions of earlier versions may still run. */
  readonly awaiting: (type: string) => Promise<readonly string[]>;
  readonly runs: Pick<Runs, 'list' | 'update'>;
  readonly start: (request: StartRequest) => Promise<StartedExecution>;
  /** Draws the version of a split. Needed where flows are deployed by weight. */
  readonly resolve?: ResolveVersion;
}

/** `retry`: not all of it was done; the same again later does the rest. */
export interface DeliveryResult {
  readonly outcome: EventDelivery;
  readonly retry: Error | null;
}

/**
 * Gives an event to the executions that wait for it, and starts the flows that it triggers. Safe to repeat: an execution takes the
 * same source and id once, a flow is started by it once in an environment. What one flow lacks does not hold up the others.
 */
export async function deliverEvent(deps: DeliveryDeps, arrival: Arrival): Promise<DeliveryResult> {
  const { event } = arrival;
  const delivered: string[] = [];
  const started: string[] = [];
  const rejected: RejectedEvent[] = [];
  let retry: Error | null = null;
  const attempt = async (flow: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof Problem && !isPassing(error))
        rejected.push({ flow, code: error.code, detail: plain(error.message) });
      else retry = error instanceof Error ? error : new Error(String(error));
    }
  };
  await attempt('', async () => {
    const waiting = await deps.awaiting(event.type);
    // A call of a webhook is the business of the flows that it was signed for.
    const meant = arrival.targets?.map(({ flow }) => flow);
    const offered = await offerEvent(
      deps.runs,
      meant === undefined ? waiting : waiting.filter((name) => meant.includes(name)),
      event,
    );
    delivered.push(...offered.delivered);
    for (const { flow, code, executionId, message } of offered.refused)
      rejected.push({ flow, code, detail: plain(`execution ${executionId}: ${message}`) });
  });
  let planned: readonly PlannedStart[] = [];
  await attempt('', async () => void (planned = planStarts(arrival, await deps.triggered())));
  for (const plan of planned)
    await attempt(plan.flow, async () => {
      const outcome = await startPlanned(deps, arrival, plan);
      if (typeof outcome === 'string') started.push(outcome);
      else if (outcome !== null) rejected.push(outcome);
    });
  return { outcome: { id: event.id, delivered, started, rejected }, retry };
}

/** Id of the execution, why there is none, or null when the version that it falls to has no such trigger. */
async function startPlanned(
  deps: DeliveryDeps,
  { kind, event }: Arrival,
  { flow, environment, versions }: PlannedStart,
): Promise<string | RejectedEvent | null> {
  // The space keeps it apart from keys of callers, which are headers without one: nobody takes the place of an event's start.
  const idempotencyKey = `event ${JSON.stringify([kind, environment, event.source, event.id])}`;
  const first = versions.find(({ input }) => input !== undefined);
  let drawn = first;
  if (versions.length > 1 && environment !== null && deps.resolve !== undefined) {
    const input = first?.input !== undefined && 'value' in first.input ? first.input.value : null;
    const executionId = keyedExecutionId([deps.organisation, flow, idempotencyKey]);
    const { version } = await deps.resolve({ flow, environment, input, executionId });
    drawn = versions.find((one) => one.flow.version === version);
  }
  if (drawn?.input === undefined) return null;
  if ('error' in drawn.input) return { flow, code: 'expression_failed', detail: plain(drawn.input.error) };
  try {
    const { execution_id } = await deps.start({
      flow,
      input: drawn.input.value,
      trigger: event,
      idempotencyKey,
      ...(environment !== null && { environment, version: drawn.flow.version }),
    });
    return execution_id;
  } catch (error) {
    // It was started by an earlier try, when another version or another mapping was there.
    const id =
      error instanceof Problem && error.code === 'idempotency_conflict' ? error.options.extra?.execution_id : undefined;
    if (typeof id === 'string') return id;
    throw error;
  }
}

/** What is wrong with the flow or the event stays wrong; what is away comes back. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return PROBLEM_CATALOGUE[error.code].status === 503 || error.code === 'idempotency_in_progress';
}

/** Text that a database takes: without NUL and half characters. */
const plain = (text: string): string => Buffer.from(text.slice(0, 2_000)).toString().replaceAll('\0', '\uFFFD');
