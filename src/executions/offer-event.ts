import { createHash } from 'node:crypto';
import { environmentOf } from '../events/environment-header.ts';
import { type EventMessage, SEARCH_ATTRIBUTES, type TriggerEvent, UPDATES } from '../workflows/contract.ts';
import { quoted } from './visibility-query.ts';
import type { Runs } from './runs.ts';

/** What running executions did with an event. */
export interface OfferedEvent {
  /** Executions that took it, or keep it for a later wait. */
  readonly delivered: readonly string[];
  /** Executions that keep as many events as they may. */
  readonly refused: readonly {
    readonly executionId: string;
    readonly flow: string;
    readonly code: string;
    readonly message: string;
  }[];
}

const PAGE = 200;
/** Updates sent side by side. */
const CONCURRENCY = 16;
const MAX_FLOWS_A_QUERY = 50;

/**
 * Gives an event to every running execution of these flows, in its environment if it stays in one. Each takes the same source and id once, so after an error the whole is
 * sent again. Throws no_worker, temporal_unavailable.
 */
export async function offerEvent(
  runs: Pick<Runs, 'list' | 'update'>,
  flows: readonly string[],
  event: TriggerEvent,
): Promise<OfferedEvent> {
  const delivered: string[] = [];
  const refused: OfferedEvent['refused'][number][] = [];
  const message: EventMessage = {
    id: event.id,
    type: event.type,
    source: event.source,
    time: event.time,
    data: event.data,
  };
  const id = createHash('sha256')
    .update(JSON.stringify([event.source, event.id]))
    .digest('hex');
  const environment = environmentOf(event);
  const where = environment === null ? '' : ` AND ${SEARCH_ATTRIBUTES.environment} = ${quoted(environment)}`;
  for (let at = 0; at < flows.length; at += MAX_FLOWS_A_QUERY) {
    const query = `WeirVersion IS NOT NULL AND ExecutionStatus = 'Running' AND WorkflowType IN (${flows
      .slice(at, at + MAX_FLOWS_A_QUERY)
      .map(quoted)
      .join(', ')})${where}`;
    let cursor: Uint8Array | null = null;
    do {
      const page: Awaited<ReturnType<Runs['list']>> = await runs.list(query, { size: PAGE, cursor });
      await inParallel(page.items, async ({ executionId, flow }) => {
        const answer = await runs.update({ executionId, name: UPDATES.event, id, argument: { ...message } });
        if (answer.kind === 'done') delivered.push(executionId);
        else if (answer.kind === 'refused')
          refused.push({ executionId, flow, code: answer.code, message: answer.message });
      });
      cursor = page.cursor;
    } while (cursor !== null);
  }
  return { delivered, refused };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, lane));
}
