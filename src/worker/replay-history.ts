import { Worker } from '@temporalio/worker';
import { historyFromJson } from './history-json.ts';
import { installRuntime } from './install-runtime.ts';
import { workflowBundle } from './workflow-bundle.ts';
import { createHistoryReader } from '../workflows/host/history-reader.ts';
import type { HistoryReader } from '../executions/history.ts';

export interface ReplayedHistory extends Pick<HistoryReader, 'input' | 'status' | 'output' | 'error' | 'trace'> {
  /** Null when it replays; else why it does not. */
  readonly fault: string | null;
  /** How many events it holds. */
  readonly events: number;
}

/** Replays one run's history on the workflow code of this installation. Throws for what is no history. */
export async function replayHistory(json: unknown): Promise<ReplayedHistory> {
  const history = historyFromJson(json);
  const events = history.events ?? [];
  if (events.length === 0) throw new TypeError('it holds no events');
  // Children are named after their parent: a replay needs its id.
  const workflowId = events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'replay';
  installRuntime(() => undefined); // what it would log is the answer
  let fault: string | null = null;
  try {
    await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, workflowId);
  } catch (error) {
    fault = reasonOf(error);
  }
  const reader = createHistoryReader(workflowId);
  await reader.push(0, events);
  const { input, status, output, error, trace } = reader;
  return { fault, events: events.length, input, status, output, error, trace };
}

/** Temporal wraps the sentence that matters in dumps of its structures. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /message: "(\[TMPRL\d+\][^"]*)"/.exec(text)?.[1] ?? text;
}
