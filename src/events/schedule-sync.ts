import { and, eq, ne, or, sql } from 'drizzle-orm';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { organisations, schedules } from '../store/schema/index.ts';
import { systemPrincipal } from '../auth/principal.ts';
import type { ScheduledFlow } from '../workflows/scheduled-contract.ts';
import type { TemporalSchedules } from './temporal-schedules.ts';
import type { TriggeredFlow } from './triggered-flow.ts';

export type ScheduleRow = typeof schedules.$inferSelect;

/** Brings Temporal's schedules to what is deployed. */
export interface ScheduleSync {
  /**
   * After what is deployed in an organisation has changed. What could not be brought to Temporal is brought by a later sync; throws
   * the first problem of them. Calls of one process take turns.
   */
  sync(organisation: string): Promise<void>;
  /** Brings what one schedule should be to Temporal. Gives the row as it is then; null when it is gone. Throws temporal_unavailable. */
  apply(organisation: string, id: string): Promise<ScheduleRow | null>;
  /** At boot and every hour: also makes anew what was deleted in Temporal by hand, and learns what was paused there. Never rejects. */
  heal(): Promise<void>;
}

export interface ScheduleSyncDeps {
  readonly database: Pick<Database, 'db'>;
  readonly temporal: TemporalSchedules;
  readonly triggered: (organisation: string) => Promise<readonly TriggeredFlow[]>;
  readonly onError?: (message: string, error: unknown) => void;
  /** Default: the clock. */
  readonly now?: () => number;
}

type Wanted = Pick<ScheduleRow, 'id' | 'environment' | 'flow' | 'position' | 'trigger'>;

export const scheduleId = (place: {
  organisation: string;
  environment: string;
  flow: string;
  position: number;
}): string => `weir-schedule:${place.organisation}:${place.environment}:${place.flow}:${place.position}`;

export function createScheduleSync({
  database,
  temporal,
  triggered,
  onError = () => undefined,
  now = Date.now,
}: ScheduleSyncDeps): ScheduleSync {
  const turns = new Map<string, Promise<unknown>>();
  const row = (organisation: string, id: string) => and(eq(schedules.organisation, organisation), eq(schedules.id, id));

  /**
   * Writes down what there should be, as it is deployed now: the last to write has seen the newest. It reads on further connections
   * while it holds one, so a process makes one plan at a time.
   */
  let planning: Promise<unknown> = Promise.resolve();
  function plan(organisation: string): Promise<void> {
    const mine = planning.then(() => writePlan(organisation));
    planning = mine.catch(() => undefined);
    return mine;
  }
  async function writePlan(organisation: string): Promise<void> {
    const context = { principal: systemPrincipal('schedules', organisation), requestId: null, now: now() };
    await change(database, context, async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`weir schedules ${organisation}`}, 0))`);
      const wanted = new Map(wantedOf(organisation, await triggered(organisation)).map((one) => [one.id, one]));
      const there = await tx.select().from(schedules).where(eq(schedules.organisation, organisation));
      const changed = { generation: sql`${schedules.generation} + 1`, updatedAt: new Date(now()) };
      for (const known of there) {
        const one = wanted.get(known.id);
        wanted.delete(known.id);
        if (one === undefined ? known.removed : !known.removed && same(known, one)) continue;
        const set = one === undefined ? { removed: true } : { trigger: one.trigger, removed: false };
        await tx
          .update(schedules)
          .set({ ...set, ...changed })
          .where(row(organisation, known.id));
      }
      for (const one of wanted.values())
        await tx.insert(schedules).values({ organisation, ...one, updatedAt: new Date(now()) });
    });
  }

  async function apply(organisation: string, id: string): Promise<ScheduleRow | null> {
    for (;;) {
      const [found] = await read(database, async (db) => db.select().from(schedules).where(row(organisation, id)));
      if (found === undefined) return null;
      const { generation } = found;
      const unchanged = and(row(organisation, id), eq(schedules.generation, generation));
      if (found.removed) {
        await temporal.remove(id);
        const gone = await read(database, async (db) => db.delete(schedules).where(unchanged).returning());
        if (gone.length > 0) return null;
        continue; // deployed again meanwhile
      }
      // One that is there stays as it is there, unless it was paused or resumed here.
      const keepPaused = found.paused === found.pausedThere;
      const { paused } = await temporal.put(definitionOf(found), { paused: found.paused, keepPaused });
      const [after] = await read(database, async (db) =>
        db.update(schedules).set({ applied: generation, paused, pausedThere: paused }).where(unchanged).returning(),
      );
      if (after !== undefined) return after;
      // Changed meanwhile, here or by another process: bring that.
    }
  }

  async function settle(organisation: string, ids: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    for (const id of ids) await apply(organisation, id).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw asError(failures[0]);
  }
  const open = (organisation: string) =>
    read(database, async (db) =>
      db
        .select({ id: schedules.id })
        .from(schedules)
        .where(and(eq(schedules.organisation, organisation), pending)),
    );

  /** What is as it should be here, but may not be there any more. */
  async function compare(organisation: string): Promise<void> {
    const rows = await read(database, async (db) =>
      db.select().from(schedules).where(eq(schedules.organisation, organisation)),
    );
    for (const { id, generation, pausedThere } of rows) {
      const there = await temporal.describe(id);
      if (there !== null && there.paused === pausedThere) continue;
      const set = there === null ? { applied: 0 } : { paused: there.paused, pausedThere: there.paused };
      await read(database, async (db) =>
        db
          .update(schedules)
          .set(set)
          .where(and(row(organisation, id), eq(schedules.generation, generation))),
      );
    }
  }

  function inTurn(organisation: string, work: () => Promise<void>): Promise<void> {
    const before = turns.get(organisation) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    turns.set(organisation, mine);
    const clear = () => turns.get(organisation) === mine && turns.delete(organisation);
    mine.then(clear, clear);
    return mine;
  }

  return {
    apply,
    sync: (organisation) =>
      inTurn(organisation, async () => {
        await plan(organisation);
        await settle(
          organisation,
          (await open(organisation)).map(({ id }) => id),
        );
      }),
    async heal() {
      try {
        const all = await read(database, async (db) => db.select({ id: organisations.id }).from(organisations));
        for (const { id: organisation } of all)
          await inTurn(organisation, async () => {
            await plan(organisation);
            await compare(organisation);
            await settle(
              organisation,
              (await open(organisation)).map(({ id }) => id),
            );
          }).catch((error: unknown) =>
            onError(`the schedules of ${organisation} could not be brought to Temporal`, error),
          );
      } catch (error) {
        onError('the schedules could not be looked at', error);
      }
    },
  };
}

const pending = or(
  ne(schedules.generation, schedules.applied),
  ne(schedules.paused, schedules.pausedThere),
  eq(schedules.removed, true),
);

/** Schedules run only where a version is deployed. Of a split, those of its heaviest version. */
function wantedOf(organisation: string, running: readonly TriggeredFlow[]): readonly Wanted[] {
  const heaviest = new Map<string, { readonly flow: FlowIr; readonly environment: string; readonly weight: number }>();
  for (const { flow, environment, weight, deployed } of running) {
    if (!deployed || environment === null) continue;
    const key = `${environment}:${flow.name}`;
    if ((heaviest.get(key)?.weight ?? 0) < weight) heaviest.set(key, { flow, environment, weight });
  }
  return [...heaviest.values()].flatMap(({ flow, environment }) =>
    flow.triggers.flatMap((trigger, position): Wanted[] => {
      if (trigger.on !== 'schedule') return [];
      const place = { organisation, environment, flow: flow.name, position };
      return [{ id: scheduleId(place), environment, flow: flow.name, position, trigger }];
    }),
  );
}

const same = (known: ScheduleRow, one: Wanted): boolean =>
  canonicalJson({ ...known.trigger }) === canonicalJson({ ...one.trigger });

export function definitionOf({ organisation, id, environment, flow, position, trigger }: ScheduleRow): ScheduledFlow {
  return { organisation, schedule: id, environment, flow, position, trigger };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
