import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { events } from '../store/schema/events.ts';
import { type Arrival, plainEvent } from './arrival.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { AcceptedEvent, EventLog } from './event-log.ts';
import { LEASE_S, loggedEvent, storeArrivals } from './event-rows.ts';

export interface EventLogDeps {
  readonly database: Pick<Database, 'db'>;
  readonly dispatcher: Pick<Dispatcher, 'deliver'>;
  /** How long `accept` waits for the delivery. Default 5,000 ms. */
  readonly waitMs?: number;
}

const ENTRY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createEventLog({ database, dispatcher, waitMs = 5_000 }: EventLogDeps): (c: AuditContext) => EventLog {
  return (context) => {
    const { organisation } = context.principal;
    const own = (id: string) => and(eq(events.organisation, organisation), eq(events.id, id));

    async function take(arrivals: readonly Arrival[], { audited }: { audited: boolean }): Promise<AcceptedEvent[]> {
      if (arrivals.length === 0) return [];
      const stored = await change(database, context, async (tx, record) => {
        const found = await storeArrivals(tx, { organisation, arrivals, now: context.now, as: 'leased' });
        for (const { row, duplicate } of found)
          if (audited && !duplicate)
            record({
              action: 'event.accept',
              subject: { type: 'event', id: row.id },
              details: { source: row.source, type: row.type },
            });
        return found;
      });
      // One that stands twice in a batch is delivered once, and both places tell what became of it.
      const delivered = new Map(
        stored
          .filter(({ duplicate }) => !duplicate)
          .map(({ row }) => [row.id, withinTime(dispatcher.deliver(row), waitMs, row)]),
      );
      return Promise.all(
        stored.map(async ({ row, duplicate }) => ({
          ...loggedEvent((await delivered.get(row.id)) ?? row),
          duplicate,
        })),
      );
    }

    const find = async (id: string) => {
      const [row] = ENTRY_ID.test(id)
        ? await read(database, async (db) => db.select().from(events).where(own(id)))
        : [];
      if (row === undefined) throw notFound(id);
      return row;
    };

    return {
      accept: (given) => take(given.map(plainEvent), { audited: true }),
      take: (arrivals) => take(arrivals, { audited: false }),
      get: async (id) => loggedEvent(await find(id)),
      async list({ type, source, rejected }, { limit, cursor }) {
        if (cursor !== null && !ENTRY_ID.test(cursor))
          throw new Problem('invalid_request', 'The cursor is none of ours.');
        const starts = (column: typeof events.type | typeof events.source, text: string) =>
          and(sql`left(${column}, 200) = left(${text}, 200)`, eq(column, text));
        const where = and(
          eq(events.organisation, organisation),
          type === undefined ? undefined : starts(events.type, type),
          source === undefined ? undefined : starts(events.source, source),
          rejected === true ? sql`${events.rejected}` : undefined,
          cursor === null ? undefined : lt(events.id, cursor),
        );
        const rows = await read(database, async (db) =>
          db
            .select()
            .from(events)
            .where(where)
            .orderBy(desc(events.id))
            .limit(limit + 1),
        );
        const items = rows.slice(0, limit);
        return { items: items.map(loggedEvent), next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
      },
      async redeliver(id) {
        if ((await find(id)).kind === 'schedule')
          throw new Problem(
            'invalid_request',
            'This is a run of a schedule: `POST /schedules/{id}/trigger` runs it again.',
          );
        const [row] = await change(database, context, async (tx, record) => {
          record({ action: 'event.redeliver', subject: { type: 'event', id } });
          return tx
            .update(events)
            .set({
              processedAt: null,
              attempts: 1,
              nextAttemptAt: sql`now() + make_interval(secs => ${LEASE_S})`,
            })
            .where(own(id))
            .returning();
        });
        if (row === undefined) throw notFound(id);
        return loggedEvent(await withinTime(dispatcher.deliver(row), waitMs, row));
      },
    };
  };
}

const notFound = (id: string) => new Problem('not_found', `There is no event ${id}; events are kept for 30 days.`);

/** What `work` gives within the time, else `late`; the work goes on. */
async function withinTime<T>(work: Promise<T>, ms: number, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<T>((resolve) => {
        timer = setTimeout(() => resolve(late), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
