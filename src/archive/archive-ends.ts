import { setTimeout as sleep } from 'node:timers/promises';
import { and, inArray, sql } from 'drizzle-orm';
import type { CreateHistoryReader } from '../executions/history.ts';
import type { Runs, RunSummary } from '../executions/runs.ts';
import { Problem } from '../problems/problem.ts';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { archivedExecutions as table } from '../store/schema/executions.ts';
import { createArchive } from './archive.ts';
import { type EndedExecution, readEnded } from './read-ended.ts';
import { type OnEnded, storeEnded } from './store-ended.ts';

export interface ArchiveEndsOptions {
  readonly database: Pick<Database, 'db'>;
  readonly runs: Pick<Runs, 'history'>;
  readonly createHistoryReader: CreateHistoryReader;
  readonly onEnded: OnEnded;
  /** Executions archived in one transaction. */
  readonly batch: number;
  readonly now: () => number;
  readonly failed: (run: RunSummary, error: unknown) => void;
  /** Told of histories that the interpreter can't follow: they are kept, with what visibility tells of the execution. */
  readonly unreadable: (run: RunSummary, error: unknown) => void;
  /** Called before each batch but the first. */
  readonly begin: () => Promise<void>;
  /** Asked between batches: true ends the work. */
  readonly stopped: () => boolean;
}

/** From then on it does not rest. */
const LATE_MS = 10 * 60_000;
const LONGEST_REST_MS = 5_000;
/** Executions read at once. */
const READERS = 4;

/**
 * Archives executions by the runs that ended them, in their order; passes over what has been. Gives the runs that are archived
 * now, and how many of them are new. What can't be read or stored is told to `failed`, and keeps nothing else from being
 * archived. Throws when Temporal or the database is away.
 */
export function createArchiveEnds(options: ArchiveEndsOptions) {
  const { database, runs, createHistoryReader, onEnded, batch, now, failed, unreadable, begin, stopped } = options;
  const archive = createArchive({ database });
  const months = new Set<string>();

  return async (
    ended: readonly RunSummary[],
  ): Promise<{ readonly done: readonly RunSummary[]; readonly fresh: number }> => {
    const counted = await countedOf(ended);
    const done = ended.filter((run) => counted.has(run.runId));
    const todo = ended.filter((run) => !counted.has(run.runId));
    let fresh = 0;
    for (let at = 0, spentMs = 0; at < todo.length && !stopped(); at += batch) {
      if (at > 0) {
        await rest(todo[at], spentMs);
        await begin();
      }
      const started = performance.now();
      const ends = await readAll(todo.slice(at, at + batch));
      for (const [organisation, own] of byOrganisation(ends)) {
        fresh += await storeAll(organisation, own, (end) => done.push(end.run));
      }
      spentMs = performance.now() - started;
    }
    return { done, fresh };
  };

  /** What runs comes before what has ended: there is a day's time, so a busy process gives a tenth of it, unless it is late. */
  async function rest(next: RunSummary | undefined, spentMs: number): Promise<void> {
    const late = now() - (next?.endedAt?.getTime() ?? 0) > LATE_MS;
    const until = performance.now() + (late ? 0 : Math.min(spentMs * 9, LONGEST_REST_MS));
    while (!stopped() && performance.now() < until) await sleep(Math.min(100, until - performance.now()));
  }

  async function countedOf(ended: readonly RunSummary[]): Promise<ReadonlySet<string>> {
    const organisations = [...new Set(ended.map(organisationOf))];
    const ids = [...new Set(ended.map((run) => run.executionId))];
    const rows = await read(database, (db) =>
      db
        .select({ counted: table.counted })
        .from(table)
        .where(and(inArray(table.organisation, organisations), inArray(table.executionId, ids))),
    );
    return new Set(rows.flatMap((row) => row.counted));
  }

  async function readAll(todo: readonly RunSummary[]): Promise<readonly EndedExecution[]> {
    const queue = [...todo.entries()];
    const found: (EndedExecution | null)[] = todo.map(() => null);
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) found[next[0]] = await readOne(next[1]);
    };
    await Promise.all(Array.from({ length: READERS }, work));
    return found.filter((end) => end !== null);
  }

  async function readOne(run: RunSummary): Promise<EndedExecution | null> {
    try {
      const kept = archive(organisationOf(run)).history;
      const end = await readEnded({ runs, createHistoryReader, kept }, run);
      if (end === null) failed(run, new Error('Temporal has forgotten its history'));
      else if (end.unreadable !== undefined) unreadable(run, end.unreadable);
      return end;
    } catch (error) {
      if (isAway(error)) throw error;
      failed(run, error);
      return null;
    }
  }

  /** Together where that works; one by one where one of them can't be stored. */
  async function storeAll(
    organisation: string,
    ends: readonly EndedExecution[],
    stored: (end: EndedExecution) => void,
  ): Promise<number> {
    for (const { view } of ends) await ensurePartition(view.started_at);
    try {
      const counted = await storeEnded(database, { organisation, now: now(), onEnded }, ends);
      for (const end of ends) stored(end);
      return counted.length;
    } catch (error) {
      if (isAway(error)) throw error;
      const [only, ...others] = ends;
      if (only !== undefined && others.length === 0) failed(only.run, error);
      if (others.length === 0) return 0;
      let count = 0;
      for (const end of ends) count += await storeAll(organisation, [end], stored);
      return count;
    }
  }

  async function ensurePartition(startedAt: string): Promise<void> {
    const month = startedAt.slice(0, 7);
    if (months.has(month)) return;
    await read(database, (db) =>
      db.execute(sql`select weir_ensure_partitions('archived_executions', ${startedAt}::timestamptz, 0)`),
    );
    months.add(month);
  }
}

const organisationOf = (run: RunSummary): string => run.organisation ?? 'default';

function byOrganisation(ends: readonly EndedExecution[]): ReadonlyMap<string, readonly EndedExecution[]> {
  const groups = new Map<string, EndedExecution[]>();
  for (const end of ends) {
    const organisation = organisationOf(end.run);
    groups.set(organisation, [...(groups.get(organisation) ?? []), end]);
  }
  return groups;
}

const AWAY: ReadonlySet<string> = new Set(['temporal_unavailable', 'overloaded', 'store_unavailable']);
const isAway = (error: unknown): boolean => error instanceof Problem && AWAY.has(error.code);
