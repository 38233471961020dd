import { Problem } from '../problems/problem.ts';
import type { CreateHistoryReader, HistoryEvent, HistoryReader } from './history.ts';
import type { RunDescription, Runs } from './runs.ts';

/** An execution as its history tells it. */
export interface LoadedExecution {
  readonly id: string;
  readonly description: RunDescription;
  readonly reader: HistoryReader;
  /** Runs that were read, oldest first. */
  readonly runs: readonly string[];
}

export interface ExecutionReader {
  /** Reads what is new since it was last asked. Throws execution_not_found. */
  load(executionId: string): Promise<LoadedExecution>;
}

interface Entry {
  reader: HistoryReader;
  runs: { readonly runId: string; events: number }[];
  loaded: LoadedExecution | null;
  /** Loads of one execution go one after the other: a reader is fed in order. */
  queue: Promise<unknown>;
}
const MAX_ENTRIES = 64;
/** Runs of one execution that are read back: beyond it the memo of the oldest one read tells what was before. */
const MAX_RUNS = 200;

/**
 * The read model over Temporal's history. Readers of the executions asked for last are kept, so that the next question
 * replays only what has been added. Nothing is written.
 */
export function createExecutionReader({
  runs,
  createHistoryReader,
}: {
  readonly runs: Runs;
  readonly createHistoryReader: CreateHistoryReader;
}): ExecutionReader {
  const entries = new Map<string, Entry>();
  return {
    load(executionId) {
      const entry = entries.get(executionId) ?? {
        reader: createHistoryReader(executionId),
        runs: [],
        loaded: null,
        queue: Promise.resolve(),
      };
      touch(entries, executionId, entry);
      const loading = entry.queue.then(() => refresh(executionId, entry));
      entry.queue = loading.catch((error: unknown) => {
        entries.delete(executionId); // half fed: begin anew
        if (!(error instanceof Problem)) entry.loaded = null;
      });
      return loading;
    },
  };

  async function refresh(executionId: string, entry: Entry): Promise<LoadedExecution> {
    const description = await runs.describe(executionId);
    if (description === null) throw new Problem('execution_not_found', `There is no execution ${executionId}.`);
    const last = entry.runs.at(-1);
    const unchanged = last?.runId === description.runId && last.events >= description.events;
    if (!unchanged) await feed(executionId, entry, await chain(executionId, description.runId, entry));
    const loaded = { id: executionId, description, reader: entry.reader, runs: entry.runs.map((run) => run.runId) };
    entry.loaded = loaded;
    return loaded;
  }

  /** Histories from the last run that was fed on, oldest first; from the first of all when none was. */
  async function chain(
    executionId: string,
    latest: string,
    entry: Entry,
  ): Promise<{ runId: string; events: readonly HistoryEvent[] }[]> {
    const known = new Set(entry.runs.map((run) => run.runId));
    const found: { runId: string; events: readonly HistoryEvent[] }[] = [];
    for (let runId: string | null = latest; runId !== null && found.length < MAX_RUNS; ) {
      const events = await runs.history(executionId, runId);
      if (events === null || events.length === 0) break;
      found.unshift({ runId, events });
      if (known.has(runId)) break;
      runId = previousRun(events[0]);
    }
    return found;
  }

  async function feed(
    executionId: string,
    entry: Entry,
    histories: readonly { runId: string; events: readonly HistoryEvent[] }[],
  ): Promise<void> {
    if (histories.length === 0) throw new Problem('execution_not_found', `The history of ${executionId} is gone.`);
    for (const { runId, events } of histories) {
      let at = entry.runs.findIndex((run) => run.runId === runId);
      if (at < 0) at = entry.runs.push({ runId, events: 0 }) - 1;
      const run = entry.runs[at];
      if (run === undefined || events.length <= run.events) continue;
      await entry.reader.push(at, events.slice(run.events));
      run.events = events.length;
    }
  }
}

/** The run that this one goes on from: continued as new, or started by a rollback after the end. */
function previousRun(first: HistoryEvent | undefined): string | null {
  const start = first?.workflowExecutionStartedEventAttributes;
  if (start?.continuedExecutionRunId) return start.continuedExecutionRunId;
  const data = start?.memo?.fields?.['previous_run']?.data;
  if (data == null) return null;
  const runId: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof runId === 'string' ? runId : null;
}

function touch(entries: Map<string, Entry>, executionId: string, entry: Entry): void {
  entries.delete(executionId);
  entries.set(executionId, entry);
  const oldest = entries.keys().next().value;
  if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
}
