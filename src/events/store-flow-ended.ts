import { sql } from 'drizzle-orm';
import type { ExecutionEnded } from '../archive/store-ended.ts';
import type { Queries } from '../store/database.ts';
import type { Json } from '../dsl/ir/json.ts';
import { EVENTS_CHANNEL } from './dispatcher.ts';
import { storeArrivals } from './event-rows.ts';
import { endState } from './match-trigger.ts';

/** Flows that start each other by their ends: no chain is longer. */
export const MAX_CHAIN = 10;
/** Header that tells how long the chain is. */
const CHAIN = 'weirchain';

/**
 * Stores the end of an execution as an event, in the transaction that archives it, if some flow has a trigger for it; whoever
 * dispatches hears of it at the commit. Ends by hand (cancelled, terminated) are none. A chain of more than ten flows that start each
 * other is cut: its event is stored as rejected with `trigger_loop`.
 */
export async function storeFlowEnded(tx: Queries, ended: ExecutionEnded): Promise<void> {
  const state = endState(ended.status);
  if (state === null) return;
  const { organisation, executionId, runId, flow, version, environment, status, output, error } = ended;
  const [wanted] = await tx.execute<{ there: number }>(sql`
    select 1 as there from flow_versions
    where organisation = ${organisation} and weir_flow_triggers(ir) && array[${`${flow} ${state}`}, '*']::text[] limit 1`);
  if (wanted === undefined) return;
  const chain = (await chainOf(tx, organisation, executionId)) + 1;
  const event = {
    type: `flow.${state}`,
    source: `/flows/${flow}`,
    id: `${executionId}:${runId}`,
    time: ended.endedAt.toISOString(),
    data: {
      execution_id: executionId,
      flow,
      version,
      environment,
      status,
      output,
      error: error as Json, // its details are JSON
    },
    headers: { [CHAIN]: chain },
  };
  const [stored] = await storeArrivals(tx, {
    organisation,
    arrivals: [{ kind: 'flow_ended', event, targets: null }],
    now: Date.now(),
    as: 'open',
  });
  if (stored === undefined || stored.duplicate) return;
  if (chain > MAX_CHAIN) {
    const detail = `${MAX_CHAIN} flows have started each other by their ends: the chain is cut here`;
    const outcome = { id: event.id, delivered: [], started: [], rejected: [{ flow, code: 'trigger_loop', detail }] };
    await tx.execute(sql`
      update events set processed_at = now(), rejected = true, outcome = ${JSON.stringify(outcome)}::text::jsonb
      where organisation = ${organisation} and id = ${stored.row.id}`);
    return;
  }
  await tx.execute(sql`select pg_notify(${EVENTS_CHANNEL}, '')`);
}

/** How many ends of flows led to this execution. That of a sub-flow is its root's. */
async function chainOf(tx: Queries, organisation: string, executionId: string): Promise<number> {
  const root = executionId.split('~')[0] ?? executionId;
  const [row] = await tx.execute<{ chain: number | null }>(sql`
    select (headers ->> ${CHAIN})::int as chain from events
    where organisation = ${organisation} and kind = 'flow_ended' and (outcome -> 'started') ? ${root}
    limit 1`);
  return row?.chain ?? 0;
}
