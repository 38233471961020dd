import { Problem } from '../problems/problem.ts';
import type { CreateHistoryReader, HistoryReader } from './history.ts';
import { readChain, type RunHistory } from './run-chain.ts';
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
  /** Reads what is new since it was last asked. `described`: as it was found just now. Throws execution_not_found. */
  load(executionId: string, described?: RunDescription): Promise<LoadedExecution>;
}

interface Entry {
  reader: HistoryReader;
  runs: { readonly runId: string; events: number }[];
  loaded: LoadedExecution | null;
  /** Loads of one execution go one after the other: a reader is fed in order. */
  queue: Promise<unknown>;
}
const MAX_ENTRIES = 64;

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
    load(executionId, described) {
      const entry = entries.get(executionId) ?? {
        reader: createHistoryReader(executionId),
        runs: [],
        loaded: null,
        queue: Promise.resolve(),
      };
      touch(entries, executionId, entry);
      const loading = entry.queue.then(() => refresh(executionId, entry, described));
      entry.queue = loading.catch((error: unknown) => {
        entries.delete(executionId); // half fed: begin anew
        if (!(error instanceof Problem)) entry.loaded = null;
      });
      return loading;
    },
  };

  async function refresh(executionId: string, entry: Entry, described?: RunDescription): Promise<LoadedExecution> {
    const description = described ?? (await runs.describe(executionId));
    if (description === null) throw new Problem('execution_not_found', `There is no execution ${executionId}.`);
    const last = entry.runs.at(-1);
    const unchanged = last?.runId === description.runId && last.events >= description.events;
    if (!unchanged) {
      const known = new Set(entry.runs.map((run) => run.runId));
      await feed(
        executionId,
        entry,
        await readChain((runId) => runs.history(executionId, runId), description.runId, known),
      );
    }
    const loaded = { id: executionId, description, reader: entry.reader, runs: entry.runs.map((run) => run.runId) };
    entry.loaded = loaded;
    return loaded;
  }

  async function feed(executionId: string, entry: Entry, histories: readonly RunHistory[]): Promise<void> {
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

function touch(entries: Map<string, Entry>, executionId: string, entry: Entry): void {
  entries.delete(executionId);
  entries.set(executionId, entry);
  const oldest = entries.keys().next().value;
  if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
}
