import type { CreateHistoryReader } from '../executions/history.ts';
import type { Runs } from '../executions/runs.ts';
import type { Database } from '../store/database.ts';
import { createArchiveEnds } from './archive-ends.ts';
import { closedAt, closedRuns } from './closed-runs.ts';
import { sweeperPosition } from './position.ts';
import { sweeperLease } from './sweeper-lease.ts';
import type { OnEnded } from './store-ended.ts';

export interface SweeperOptions {
  readonly database: Pick<Database, 'db'>;
  /** Of all organisations: not scoped. */
  readonly runs: Pick<Runs, 'list' | 'history'>;
  readonly createHistoryReader: CreateHistoryReader;
  /** Told of every end within the transaction that archives it. Default: nobody. */
  readonly onEnded?: OnEnded;
  /** Executions archived in one transaction. Default 20. */
  readonly batch?: number;
  /** How far a tick looks back behind the last close that it knows: visibility is late by that much at most, ms. Default 15 s. */
  readonly overlapMs?: number;
  /** How far the first tick and then one every ten minutes look back, for what came later still, ms. Default 1 h. */
  readonly deepMs?: number;
  /** How long the work of a sweeper that was killed is left to it, ms. Default 15 s. */
  readonly leaseMs?: number;
  /** ms since the epoch. Default: the clock. */
  readonly now?: () => number;
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface Sweep {
  /** Ends of executions archived now. */
  readonly archived: number;
  /** Ends left for a later tick; each has been logged. */
  readonly failed: number;
}
export interface Sweeper {
  /** Archives what has closed since. Costs Temporal one query, and the database none, when nothing has. Throws temporal_unavailable, store_unavailable. */
  tick(): Promise<Sweep>;
  /** Ends a tick under way after its batch; ticks after it do nothing. */
  stop(): Promise<void>;
}

const DEEP_EVERY_MS = 10 * 60_000;
const NOTHING: Sweep = { archived: 0, failed: 0 };

/**
 * Archives ended executions from Temporal before its retention ends: exactly once by the run that ended them, whatever is
 * killed in between, and however many sweepers there are.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { database, runs, createHistoryReader, onEnded = async () => undefined, now = Date.now } = options;
  const { batch = 20, overlapMs = 15_000, deepMs = 3_600_000, leaseMs = 15_000, log = () => undefined } = options;
  const stored = sweeperPosition(database);
  const lease = sweeperLease(database, leaseMs);
  /** Ends that are archived, by when they closed, as far back as a tick looks. */
  const known = new Map<string, number>();
  /** Ends that could not be archived: tried again at the next deep look. The stored position stays behind them. */
  const open = new Map<string, number>();
  let position: number | null = null;
  let lastDeep = Number.NEGATIVE_INFINITY;
  let running: Promise<Sweep> | null = null;
  let leased = false;
  let stopped = false;

  const archiveEnds = createArchiveEnds({
    database,
    runs,
    createHistoryReader,
    onEnded,
    batch,
    now,
    stopped: () => stopped,
    begin: async () => void (await lease.take()),
    unreadable(run, error) {
      log('error', `execution ${run.executionId} is archived without its steps: its history can't be read`, {
        run: run.runId,
        error,
      });
    },
    failed(run, error) {
      log('error', `execution ${run.executionId} could not be archived; it is tried again`, { run: run.runId, error });
      open.set(run.runId, closedAt(run));
    },
  });

  async function sweep(): Promise<Sweep> {
    let reached = position ?? (await stored.load());
    const deep = now() - lastDeep >= DEEP_EVERY_MS;
    const from = deep ? Math.min(reached - deepMs, ...open.values()) : reached - overlapMs;
    if (deep) open.clear();
    let archived = 0;
    for await (const { items, until } of closedRuns(runs, Math.max(0, from), now())) {
      const unknown = items.filter((run) => !known.has(run.runId) && !open.has(run.runId));
      if (unknown.length > 0) {
        if (!(await lease.take())) {
          // Another sweeper is at it: what it has done need not be looked at again.
          position = Math.max(reached, await stored.load());
          return { archived, failed: open.size };
        }
        leased = true;
        const { done, fresh } = await archiveEnds(unknown);
        for (const run of done) known.set(run.runId, closedAt(run));
        archived += fresh;
      }
      if (stopped) return { archived, failed: open.size };
      const next = until ?? items.reduce((latest, run) => Math.max(latest, closedAt(run)), reached);
      if (next > reached) await stored.save(Math.min((reached = next), ...open.values()));
      position = reached;
    }
    if (deep) lastDeep = now();
    for (const [runId, closed] of known) if (closed < reached - deepMs) known.delete(runId);
    return { archived, failed: open.size };
  }

  return {
    tick() {
      if (stopped) return Promise.resolve(NOTHING);
      running ??= sweep().finally(() => {
        running = null;
      });
      return running;
    },
    async stop() {
      stopped = true;
      await running?.catch(() => undefined);
      if (leased) await lease.release().catch(() => undefined); // it runs out by itself
    },
  };
}
