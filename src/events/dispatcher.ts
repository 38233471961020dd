import { and, eq, isNull, sql } from 'drizzle-orm';
import { Problem } from '../problems/problem.ts';
import type { Database } from '../store/database.ts';
import { events } from '../store/schema/events.ts';
import type { Arrival } from './arrival.ts';
import { type DeliveryResult, isPassing } from './deliver-event.ts';
import { arrivalOf, type EventRow, LEASE_S, outcomeOf } from './event-rows.ts';
import type { EventDelivery } from './sink.ts';

/** Delivers stored events until they are delivered. One for each process; several share the work. */
export interface Dispatcher {
  /** Delivers everything that is due; gives how many events it took. Safe to call at any time, by anybody. Rejects when the database is away. */
  tick(): Promise<number>;
  /** Asks for a tick soon, without waiting. */
  kick(): void;
  /** Delivers an event whose lease the caller holds (it was stored as `leased`). Gives the row as it is then. Never rejects. */
  deliver(row: EventRow): Promise<EventRow>;
  /** Takes nothing new; resolves when what is under way has ended, at most 10 s. */
  close(): Promise<void>;
}

export interface DispatcherDeps {
  readonly database: Pick<Database, 'db'>;
  readonly deliver: (organisation: string, arrival: Arrival) => Promise<DeliveryResult>;
  readonly onError?: (message: string, error: unknown) => void;
  /** Of the jitter: 0 to 1. */
  readonly random?: () => number;
}

/** Told by NOTIFY when an event was stored that nobody has taken yet. */
export const EVENTS_CHANNEL = 'weir_events';
const BATCH = 50;
/** Events delivered side by side by a process. */
const CONCURRENCY = 16;
const FIRST_PAUSE_S = 1;
const LONGEST_PAUSE_S = 300;
/** A defect may pass too, but not for ever: then the event is listed as rejected. */
const MAX_DEFECTS = 12;
/** Until it is looked again after the database did not answer. */
const AWAY_PAUSE_MS = 15_000;
const LONGEST_TIMER_MS = 10 * 60_000;
const DRAIN_MS = 10_000;

export function createDispatcher({
  database: { db },
  deliver,
  onError = () => undefined,
  random = Math.random,
}: DispatcherDeps): Dispatcher {
  const underWay = new Set<Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;
  let ticking: Promise<number> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;

  async function slot<T>(work: () => Promise<T>): Promise<T> {
    if (running >= CONCURRENCY) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next(); // the place goes on
    }
  }

  async function attempt(row: EventRow): Promise<EventRow> {
    const result = await slot(() => deliver(row.organisation, arrivalOf(row))).catch(
      (error: unknown): DeliveryResult => ({
        outcome: outcomeOf({ eventId: row.eventId, outcome: null }),
        retry: error instanceof Error ? error : new Error(String(error)),
      }),
    );
    const { retry } = result;
    if (retry !== null && !(retry instanceof Problem)) onError(`event ${row.id} could not be delivered`, retry);
    const given = retry !== null && !isPassing(retry) && row.attempts >= MAX_DEFECTS;
    const outcome = merged(outcomeOf(row), given ? withDefect(result.outcome) : result.outcome);
    const pause = Math.min(FIRST_PAUSE_S * 2 ** Math.min(row.attempts - 1, 16), LONGEST_PAUSE_S) * (0.5 + random());
    try {
      const [after] = await db
        .update(events)
        .set({
          outcome,
          rejected: outcome.rejected.length > 0,
          ...(retry === null || given
            ? { processedAt: sql`now()` }
            : { nextAttemptAt: sql`now() + make_interval(secs => ${pause})` }),
        })
        .where(and(eq(events.organisation, row.organisation), eq(events.id, row.id), isNull(events.processedAt)))
        .returning();
      if (retry !== null && !given) arm(pause * 1_000);
      return after ?? { ...row, outcome };
    } catch (error) {
      onError(`what became of event ${row.id} could not be stored; it is delivered again`, error);
      arm(LEASE_S * 1_000);
      return { ...row, outcome };
    }
  }

  function track<T>(work: Promise<T>): Promise<T> {
    const tracked: Promise<unknown> = work.finally(() => underWay.delete(tracked)).catch(() => undefined);
    underWay.add(tracked);
    return work;
  }

  async function takeDue(): Promise<readonly EventRow[]> {
    const due = sql`(${events.organisation}, ${events.id}) in (
      select organisation, id from events where processed_at is null and next_attempt_at <= now()
      order by next_attempt_at limit ${BATCH} for update skip locked)`;
    return db
      .update(events)
      .set({
        attempts: sql`${events.attempts} + 1`,
        nextAttemptAt: sql`now() + make_interval(secs => ${LEASE_S})`,
      })
      .where(due)
      .returning();
  }

  async function run(): Promise<number> {
    let taken = 0;
    while (!closed) {
      const rows = await takeDue();
      taken += rows.length;
      await Promise.all(rows.map((row) => track(attempt(row))));
      if (rows.length < BATCH) break;
    }
    if (!closed) await armForNext();
    return taken;
  }

  /** Nothing open: nothing is asked for until somebody kicks. */
  async function armForNext(): Promise<void> {
    const [next] = await db.execute<{ ms: number | null }>(
      sql`select (extract(epoch from min(next_attempt_at) - now()) * 1000)::float8 as ms from events where processed_at is null`,
    );
    if (next !== undefined && next.ms !== null) arm(Math.max(50, next.ms));
  }

  let armedFor = Number.POSITIVE_INFINITY;
  function arm(ms: number): void {
    const at = performance.now() + Math.min(ms, LONGEST_TIMER_MS);
    if (closed || at >= armedFor) return;
    clearTimeout(timer);
    armedFor = at;
    timer = setTimeout(() => {
      armedFor = Number.POSITIVE_INFINITY;
      kick();
    }, at - performance.now());
    timer.unref();
  }

  async function tick(): Promise<number> {
    if (closed) return 0;
    if (ticking !== null) {
      again = true; // what came meanwhile is looked at when this one has ended
      return ticking;
    }
    ticking = run().finally(() => {
      ticking = null;
      if (again) {
        again = false;
        kick();
      }
    });
    return ticking;
  }
  function kick(): void {
    tick().catch((error: unknown) => {
      onError('open events could not be looked for', error);
      arm(AWAY_PAUSE_MS);
    });
  }

  return {
    tick,
    kick,
    deliver: (row) => track(attempt(row)),
    async close() {
      closed = true;
      clearTimeout(timer);
      const late = new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref());
      await Promise.race([Promise.all([...underWay, ...(ticking === null ? [] : [ticking.catch(() => 0)])]), late]);
    },
  };
}

/** What was delivered and started stays true; what is refused is so as of the last try. */
function merged(before: EventDelivery, now: EventDelivery): EventDelivery {
  const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
  return {
    id: now.id,
    delivered: union(before.delivered, now.delivered),
    started: union(before.started, now.started),
    rejected: now.rejected,
  };
}
function withDefect(outcome: EventDelivery): EventDelivery {
  const detail = 'delivery failed again and again by a defect; the log has the details';
  return { ...outcome, rejected: [...outcome.rejected, { flow: '', code: 'internal_error', detail }] };
}
