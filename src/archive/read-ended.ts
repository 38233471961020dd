import { createHash } from 'node:crypto';
import { executionSummary, executionView } from '../executions/execution-view.ts';
import type { CreateHistoryReader, HistoryEvent } from '../executions/history.ts';
import { memoText, readChain, type RunHistory } from '../executions/run-chain.ts';
import type { RunDescription, Runs, RunSummary } from '../executions/runs.ts';
import type { ExecutionView } from '../executions/view.ts';
import { encodeRun, packHistories, textOf } from './encode-histories.ts';

/** An execution as it stood at the end of one of its runs: all that the archive keeps of it. */
export interface EndedExecution {
  /** The run that ended it. */
  readonly run: RunSummary;
  readonly view: ExecutionView;
  readonly category: string | null;
  /** Run ids up to `run`, oldest first. */
  readonly runs: readonly string[];
  /** Events of `run`. */
  readonly events: number;
  readonly request: string | null;
  /** Packed histories of the runs, and SHA-256 of them unpacked, hex. */
  readonly history: Uint8Array;
  readonly historyHash: string;
  /** Why the interpreter could not follow the history; `view` then has no steps. */
  readonly unreadable?: unknown;
}

/** Reads an execution up to the end of `run`. `kept`: histories of earlier runs that Temporal has forgotten. Null when Temporal has forgotten `run`. */
export async function readEnded(
  deps: {
    readonly runs: Pick<Runs, 'history'>;
    readonly createHistoryReader: CreateHistoryReader;
    readonly kept: (executionId: string, runId: string) => Promise<readonly HistoryEvent[] | null>;
  },
  run: RunSummary,
): Promise<EndedExecution | null> {
  const { executionId } = run;
  const chain = await readChain(
    async (runId) =>
      (await deps.runs.history(executionId, runId)) ?? (runId === run.runId ? null : deps.kept(executionId, runId)),
    run.runId,
  );
  const last = chain.at(-1);
  if (last === undefined) return null;
  const runs = chain.map(({ runId }) => runId);
  const read = await viewOf(deps.createHistoryReader, run, chain);
  const lines = chain.map(({ runId, events }) => encodeRun(runId, events));
  return {
    run,
    ...read,
    runs,
    events: last.events.length,
    request: memoText(last.events[0], 'request'),
    history: await packHistories(lines),
    historyHash: createHash('sha256').update(textOf(lines)).digest('hex'),
  };
}

type Read = Pick<EndedExecution, 'view' | 'category' | 'unreadable'>;

async function viewOf(
  createHistoryReader: CreateHistoryReader,
  run: RunSummary,
  chain: readonly RunHistory[],
): Promise<Read> {
  try {
    const reader = createHistoryReader(run.executionId);
    for (const [at, { events }] of chain.entries()) await reader.push(at, events);
    const description: RunDescription = { ...run, events: chain.at(-1)?.events.length ?? 0, memo: {}, pending: [] };
    const runs = chain.map(({ runId }) => runId);
    const view = executionView({ id: run.executionId, description, reader, runs });
    return { view, category: reader.input.flow.category ?? null };
  } catch (error) {
    return { view: bareView(run), category: null, unreadable: error };
  }
}

/** What visibility alone tells: better than nothing, and the history is kept. */
function bareView(run: RunSummary): ExecutionView {
  const summary = executionSummary(run);
  const ended = run.endedAt ?? run.startedAt;
  return {
    ...summary,
    hash: '',
    input: null,
    output: null,
    error: null,
    duration_ms: Math.max(0, ended.getTime() - Date.parse(summary.started_at)),
    origin: null,
    parent: null,
    waiting: [],
    why: null,
    steps: [],
  };
}
