import type { Runs } from '../executions/runs.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { sql } from 'drizzle-orm';
import type { IntentOutcome, OpenIntent, StoredIntent } from './intents.ts';
import { writeIntents } from './write-intents.ts';

/** Longer than any call to Temporal and its outcome's way to the database take. */
const OPEN_MS = 60_000;
/** Executions are kept by Temporal for a day at least: before that, one that is not there was never started. */
const KEPT_MS = 24 * 60 * 60 * 1_000;
const PAGE = 100;

export interface Reconciler {
  /** Closes intents that stayed open for over a minute; gives how many. Safe in several processes at a time. Throws store_unavailable, temporal_unavailable. */
  tick(): Promise<number>;
}

/** Closes what a crash or a lost answer left open, by asking Temporal what became of it. `runs`: of all organisations. */
export function createReconciler(options: {
  readonly database: Pick<Database, 'db' | 'sql'>;
  readonly runs: Pick<Runs, 'describe'>;
  /** ms since the epoch. Default: the clock. */
  readonly now?: () => number;
}): Reconciler {
  const { database, runs, now = Date.now } = options;
  return {
    async tick() {
      let closed = 0;
      for (;;) {
        const page = await openIntents(database);
        for (const { id, age, ...stored } of page) {
          const [outcome, reason] = await outcomeOf(runs, { id, ...stored }, age);
          await writeIntents(database, [
            {
              kind: 'settle',
              intent: { id, ...stored },
              now: now(),
              outcome,
              details: { reconciled: true, ...reason },
            },
          ]);
          closed += 1;
        }
        if (page.length < PAGE) return closed;
      }
    },
  };
}

async function openIntents(
  database: Pick<Database, 'db'>,
): Promise<readonly (OpenIntent & { readonly age: number })[]> {
  const rows = await read(database, (db) =>
    db.execute<{ id: string; entry: StoredIntent; age: number }>(sql`
      select id, entry, extract(epoch from clock_timestamp() - at)::float8 * 1000 as age from audit_intents
      where at < clock_timestamp() - make_interval(secs => ${OPEN_MS / 1_000}) order by at limit ${PAGE}`),
  );
  return rows.map(({ id, entry, age }) => ({ id, ...entry, age }));
}

/**
 * A start leaves its intent's id in the memo of the run. Of signals, cancellations and updates Temporal keeps no such mark: what
 * became of them can't be told.
 */
async function outcomeOf(
  runs: Pick<Runs, 'describe'>,
  { id, entry }: OpenIntent,
  age: number,
): Promise<readonly [IntentOutcome, { readonly reason?: string }?]> {
  const startsRun = STARTS.has(entry.action) || entry.details?.['new_run'] === true;
  if (!startsRun) return ['unknown'];
  const found = await runs.describe(entry.subject.id);
  if (found?.memo.intent === id) return ['success'];
  if (found === null) return age < KEPT_MS ? NOT_DONE : ['unknown'];
  // A run that came later has taken the place of what this one may have started.
  const mayHaveBeenReplaced = found.memo.previous_run !== undefined && found.startedAt.getTime() > Date.now() - age;
  return mayHaveBeenReplaced ? ['unknown'] : NOT_DONE;
}

const NOT_DONE = ['failure', { reason: 'not_done' }] as const;
const STARTS: ReadonlySet<string> = new Set(['execution.start', 'execution.rerun']);
