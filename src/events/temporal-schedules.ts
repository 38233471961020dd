import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import { parseDuration } from '../dsl/expressions/index.ts';
import { temporalProblem } from '../executions/temporal-problem.ts';
import { Problem } from '../problems/problem.ts';
import { SCHEDULED_TYPE, type ScheduledFlow } from '../workflows/scheduled-contract.ts';
import { cronLines } from './cron.ts';

/** Schedules in Temporal. Every method throws a Problem: 503 when Temporal is away. */
export interface TemporalSchedules {
  /**
   * Makes a schedule, or changes it in place, which keeps what it has run and where a backfill stands. `keepPaused`: one that is there
   * stays paused or running as it is there. Gives whether it is paused now.
   */
  put(
    definition: ScheduledFlow,
    state: { readonly paused: boolean; readonly keepPaused: boolean },
  ): Promise<{ readonly paused: boolean }>;
  /** Null when there is none. */
  describe(id: string): Promise<{ readonly paused: boolean; readonly next: readonly Date[] } | null>;
  /** Runs it now, by its overlap policy. False when there is none. */
  trigger(definition: Pick<ScheduledFlow, 'schedule' | 'trigger'>): Promise<boolean>;
  /** Also when there is none. */
  remove(id: string): Promise<void>;
}

export interface TemporalSchedulesOptions {
  readonly client: Pick<Client, 'schedule' | 'withDeadline'>;
  /** Default `weir`. */
  readonly taskQueue?: string;
  /** Time for one call, ms. Default 8,000. */
  readonly callMs?: number;
}

/** How late a run may start after an outage, unless `catchup` says otherwise, ms. */
const CATCHUP_MS = 60 * 60_000;
/** Temporal takes no shorter one. */
const MIN_CATCHUP_MS = 10_000;

const OVERLAP = {
  skip: 'SKIP',
  buffer_one: 'BUFFER_ONE',
  buffer_all: 'BUFFER_ALL',
  cancel_other: 'CANCEL_OTHER',
  terminate_other: 'TERMINATE_OTHER',
  allow_all: 'ALLOW_ALL',
} as const;

export function createTemporalSchedules({
  client,
  taskQueue = 'weir',
  callMs = 8_000,
}: TemporalSchedulesOptions): TemporalSchedules {
  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + callMs, work);
    } catch (error) {
      if (error instanceof ScheduleNotFoundError || error instanceof ScheduleAlreadyRunning) throw error;
      throw temporalProblem(error);
    }
  }
  const orNull = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await call(work);
    } catch (error) {
      if (error instanceof ScheduleNotFoundError || (error instanceof Problem && error.code === 'execution_not_found'))
        return null;
      throw error;
    }
  };

  async function update(
    definition: ScheduledFlow,
    { paused, keepPaused }: { readonly paused: boolean; readonly keepPaused: boolean },
  ): Promise<{ paused: boolean } | null> {
    let now = paused;
    const done = await orNull(async () => {
      await client.schedule.getHandle(definition.schedule).update((before) => {
        now = keepPaused ? before.state.paused : paused;
        return { ...optionsOf(definition, taskQueue), state: { ...before.state, paused: now } };
      });
      return true;
    });
    return done === null ? null : { paused: now };
  }

  return {
    async put(definition, state) {
      for (;;) {
        const updated = await update(definition, state);
        if (updated !== null) return updated;
        try {
          await call(() =>
            client.schedule.create({
              ...optionsOf(definition, taskQueue),
              scheduleId: definition.schedule,
              state: { paused: state.paused },
              memo: { flow: definition.flow, environment: definition.environment },
            }),
          );
          return { paused: state.paused };
        } catch (error) {
          // Another process was quicker: change what it made.
          if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        }
      }
    },
    async describe(id) {
      const found = await orNull(() => client.schedule.getHandle(id).describe());
      return found === null ? null : { paused: found.state.paused, next: found.info.nextActionTimes };
    },
    async trigger({ schedule, trigger }) {
      const done = await orNull(async () => {
        await client.schedule.getHandle(schedule).trigger(overlapOf(trigger)); // it is `allow_all` unless it is told
        return true;
      });
      return done !== null;
    },
    async remove(id) {
      await orNull(() => client.schedule.getHandle(id).delete());
    },
  };
}

function optionsOf(
  definition: ScheduledFlow,
  taskQueue: string,
): Pick<ScheduleOptions, 'spec' | 'action' | 'policies'> {
  const { schedule: id, flow, trigger } = definition;
  const { schedule, timezone = 'UTC', catchup } = trigger;
  const catchupMs = catchup === undefined ? CATCHUP_MS : (parseDuration(catchup) ?? CATCHUP_MS);
  return {
    spec: { cronExpressions: [...cronLines(schedule)], timezone },
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_TYPE,
      workflowId: id,
      taskQueue,
      args: [definition],
      workflowTaskTimeout: '2s',
      staticSummary: `${flow}: ${schedule}`.slice(0, 200),
    },
    policies: {
      overlap: overlapOf(trigger),
      catchupWindow: Math.max(MIN_CATCHUP_MS, catchupMs),
    },
  };
}

function overlapOf({ overlap = 'skip' }: ScheduledFlow['trigger']): (typeof OVERLAP)[keyof typeof OVERLAP] {
  return OVERLAP[overlap as keyof typeof OVERLAP]; // the compiler has checked the word
}
