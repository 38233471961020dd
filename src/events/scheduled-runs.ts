import { and, eq, sql } from 'drizzle-orm';
import type { ResolveScheduledDeps } from '../activities/resolve-scheduled.ts';
import { systemPrincipal } from '../auth/principal.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { events, schedules } from '../store/schema/index.ts';
import { storeArrivals } from './event-rows.ts';
import type { EventDelivery } from './sink.ts';

/** What the activity of scheduled runs needs of the database. */
export function scheduledRuns(
  database: Pick<Database, 'db'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Pick<ResolveScheduledDeps, 'isWanted' | 'reject'> {
  return {
    async isWanted({ organisation, schedule }) {
      const rows = await read(database, async (db) =>
        db
          .select({ id: schedules.id })
          .from(schedules)
          .where(
            and(eq(schedules.organisation, organisation), eq(schedules.id, schedule), eq(schedules.removed, false)),
          ),
      );
      return rows.length > 0;
    },
    async reject({ organisation, flow, environment }, event, problem) {
      const context = { principal: systemPrincipal('schedules', organisation), requestId: null, now: now() };
      const detail = Buffer.from(problem.message.slice(0, 2_000)).toString().replaceAll('\0', '\uFFFD');
      const outcome: EventDelivery = {
        id: event.id,
        delivered: [],
        started: [],
        rejected: [{ flow, code: problem.code, detail }],
      };
      await change(database, context, async (tx) => {
        const [stored] = await storeArrivals(tx, {
          organisation,
          arrivals: [{ kind: 'schedule', event: { ...event, headers: { environment } }, targets: null }],
          now: context.now,
          as: 'leased',
        });
        if (stored === undefined) return;
        await tx
          .update(events)
          .set({ outcome, rejected: true, processedAt: sql`now()` })
          .where(and(eq(events.organisation, organisation), eq(events.id, stored.row.id)));
      });
    },
  };
}
