import { createHash } from 'node:crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { newExecutionId } from '../executions/execution-id.ts';
import type { Queries } from '../store/database.ts';
import { events } from '../store/schema/events.ts';
import type { Arrival } from './arrival.ts';
import type { LoggedEvent } from './event-log.ts';
import type { EventDelivery } from './sink.ts';

export type EventRow = typeof events.$inferSelect;

/** How long who has taken an event may take to deliver it, before another one may, s. */
export const LEASE_S = 60;

export interface StoredArrival {
  readonly row: EventRow;
  /** It was there before, from an earlier call or from earlier in this one. */
  readonly duplicate: boolean;
}

export interface StoreArrivals {
  readonly organisation: string;
  readonly arrivals: readonly Arrival[];
  /** ms since the epoch. */
  readonly now: number;
  /** `leased`: the caller delivers them; `open`: whoever comes first. */
  readonly as: 'leased' | 'open';
}

/** Stores events within a transaction, each once by organisation, kind, source and id, in the order given. */
export async function storeArrivals(
  tx: Queries,
  { organisation, arrivals, now, as }: StoreArrivals,
): Promise<readonly StoredArrival[]> {
  const identities = arrivals.map(identityOf);
  const values = arrivals.map(({ kind, event, targets }, i) => ({
    organisation,
    id: newExecutionId(now),
    kind,
    identity: identities[i] ?? Buffer.alloc(0), // one for each
    source: event.source,
    eventId: event.id,
    type: event.type,
    time: event.time,
    headers: event.headers,
    data: event.data ?? sql`'null'::json`,
    targets,
    receivedAt: new Date(now),
    attempts: as === 'leased' ? 1 : 0,
    nextAttemptAt: as === 'leased' ? sql`now() + make_interval(secs => ${LEASE_S})` : sql`now()`,
  }));
  // By identity, so that two batches of the same events can't wait for each other.
  const sorted = [...values].sort((a, b) => Buffer.compare(a.identity, b.identity));
  const inserted = await tx.insert(events).values(sorted).onConflictDoNothing().returning();
  const known = new Map(inserted.map((row) => [hex(row.identity), row]));
  const fresh = new Set(known.keys());
  const missing = identities.filter((identity) => !known.has(hex(identity)));
  if (missing.length > 0) {
    const rows = await tx
      .select()
      .from(events)
      .where(and(eq(events.organisation, organisation), inArray(events.identity, missing)));
    for (const row of rows) known.set(hex(row.identity), row);
  }
  return identities.map((identity) => {
    const row = known.get(hex(identity));
    if (row === undefined) throw new Error('an event was deleted while it was stored again'); // retention takes old ones only
    return { row, duplicate: !fresh.delete(hex(identity)) };
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
function identityOf({ kind, event }: Arrival): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([kind, event.source, event.id]))
    .digest();
}

export function arrivalOf(row: EventRow): Arrival {
  const { kind, source, eventId, type, time, headers, data, targets } = row;
  return { kind, event: { type, source, id: eventId, time, data, headers }, targets };
}

export function loggedEvent(row: EventRow): LoggedEvent {
  const { id, kind, receivedAt, processedAt, attempts } = row;
  return { id, kind, event: arrivalOf(row).event, receivedAt, processedAt, attempts, outcome: outcomeOf(row) };
}

export function outcomeOf({ eventId, outcome }: Pick<EventRow, 'eventId' | 'outcome'>): EventDelivery {
  return outcome ?? { id: eventId, delivered: [], started: [], rejected: [] };
}
