import { and, asc, eq, gt, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import type { Intents } from '../audit/intents.ts';
import type { FlowScope } from '../auth/authorize.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { flows, schedules } from '../store/schema/index.ts';
import { nextRuns } from './next-runs.ts';
import type { ScheduleRow, ScheduleSync } from './schedule-sync.ts';
import type { Schedules, ScheduleView } from './schedules.ts';
import type { TemporalSchedules } from './temporal-schedules.ts';

export interface SchedulesDeps {
  readonly database: Pick<Database, 'db'>;
  readonly temporal: Pick<TemporalSchedules, 'trigger' | 'describe'>;
  readonly sync: Pick<ScheduleSync, 'apply'>;
  readonly intents: Pick<Intents, 'open' | 'settle'>;
}

/** Times that are told of one schedule. */
const PREVIEW = 10;

export function createSchedules({ database, temporal, sync, intents }: SchedulesDeps): (c: AuditContext) => Schedules {
  return (context) => {
    const { organisation } = context.principal;
    const own = (id: string, scope: FlowScope): SQL | undefined =>
      and(
        eq(schedules.organisation, organisation),
        eq(schedules.id, id),
        eq(schedules.removed, false),
        reached(organisation, scope),
      );
    const view = (row: ScheduleRow, count: number): ScheduleView => viewOf(row, { from: new Date(context.now), count });
    const find = async (id: string, scope: FlowScope): Promise<ScheduleRow> => {
      const [row] = await read(database, async (db) => db.select().from(schedules).where(own(id, scope)));
      return row ?? notFound(id);
    };

    return {
      async list({ flow, environment, scope }, { limit, cursor }) {
        const where = and(
          eq(schedules.organisation, organisation),
          eq(schedules.removed, false),
          flow === undefined ? undefined : eq(schedules.flow, flow.replaceAll('_', '-')),
          environment === undefined ? undefined : eq(schedules.environment, environment),
          reached(organisation, scope),
          cursor === null ? undefined : gt(schedules.id, cursor),
        );
        const rows = await read(database, async (db) =>
          db
            .select()
            .from(schedules)
            .where(where)
            .orderBy(asc(schedules.id))
            .limit(limit + 1),
        );
        const items = rows.slice(0, limit);
        return {
          items: items.map((row) => view(row, 1)),
          next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
        };
      },
      async get(id, scope) {
        const row = await find(id, scope);
        // Temporal knows best; when it does not answer, or does not have it yet, the same is reckoned here.
        const there = await temporal.describe(id).catch(() => null);
        const own = view(row, PREVIEW);
        const next = own.applied && there !== null ? there.next.slice(0, PREVIEW) : [];
        return next.length > 0 ? { ...own, next } : own;
      },
      async pause(id, scope, paused) {
        const changed = await change(database, context, async (tx, record) => {
          const [row] = await tx
            .update(schedules)
            .set({ paused, generation: sql`${schedules.generation} + 1`, updatedAt: new Date(context.now) })
            .where(own(id, scope))
            .returning();
          if (row === undefined) return notFound(id);
          record({
            action: paused ? 'schedule.pause' : 'schedule.resume',
            subject: { type: 'schedule', id },
            details: { flow: row.flow, environment: row.environment },
          });
          return row;
        });
        // It is decided: Temporal learns it now, or from the next sync.
        const applied = await sync.apply(organisation, id).catch((error: unknown) => {
          if (error instanceof Problem) return changed;
          throw error;
        });
        return view(applied ?? notFound(id), PREVIEW);
      },
      async trigger(id, scope) {
        const { flow, environment, trigger } = await find(id, scope);
        const intent = await intents.open(context, {
          action: 'schedule.trigger',
          subject: { type: 'schedule', id },
          details: { flow, environment },
        });
        try {
          const there = await temporal.trigger({ schedule: id, trigger });
          intents.settle(intent, there ? 'success' : 'failure');
          if (!there)
            throw new Problem('not_found', `The schedule ${id} is not in Temporal yet: try again in a moment.`);
        } catch (error) {
          if (!(error instanceof Problem && error.code === 'not_found')) intents.settle(intent, 'unknown');
          throw error;
        }
      },
    };
  };
}

function notFound(id: string): never {
  throw new Problem('not_found', `There is no schedule ${id}; a flow has its schedules where it is deployed.`);
}

/** The flows that a scope reaches, in SQL. */
function reached(organisation: string, { all, flows: names, categories }: FlowScope): SQL | undefined {
  if (all) return undefined;
  const ofCategories = sql`${schedules.flow} in (select ${flows.name} from ${flows} where ${eq(flows.organisation, organisation)} and ${inArray(flows.category, [...categories])})`;
  return (
    or(
      names.size === 0 ? undefined : inArray(schedules.flow, [...names]),
      categories.size === 0 ? undefined : ofCategories,
    ) ?? sql`false`
  );
}

function viewOf(row: ScheduleRow, preview: { readonly from: Date; readonly count: number }): ScheduleView {
  const { schedule, timezone = 'UTC', overlap = 'skip', catchup = null } = row.trigger;
  return {
    id: row.id,
    flow: row.flow,
    environment: row.environment,
    schedule,
    timezone,
    overlap,
    catchup,
    paused: row.paused,
    applied: row.applied === row.generation && row.paused === row.pausedThere,
    next: nextRuns({ schedule, timezone }, preview),
  };
}
