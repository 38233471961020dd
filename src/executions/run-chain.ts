import type { HistoryEvent } from './history.ts';

/** The history of one run. */
export interface RunHistory {
  readonly runId: string;
  readonly events: readonly HistoryEvent[];
}

/** Runs of one execution that are read back: beyond it the memo of the oldest one read tells what was before. */
const MAX_RUNS = 200;

/**
 * Histories of an execution's runs up to `latest`, oldest first; from the last run on that is `known` already, from the first of
 * all when none is. Ends early where `history` knows a run no longer (null).
 */
export async function readChain(
  history: (runId: string) => Promise<readonly HistoryEvent[] | null>,
  latest: string,
  known: ReadonlySet<string> = new Set(),
): Promise<readonly RunHistory[]> {
  const found: RunHistory[] = [];
  for (let runId: string | null = latest; runId !== null && found.length < MAX_RUNS; ) {
    const events = await history(runId);
    if (events === null || events.length === 0) break;
    found.unshift({ runId, events });
    if (known.has(runId)) break;
    runId = previousRun(events[0]);
  }
  return found;
}

/** The run that this one goes on from: continued as new, or started by a rollback after the end. */
function previousRun(first: HistoryEvent | undefined): string | null {
  const start = first?.workflowExecutionStartedEventAttributes;
  return start?.continuedExecutionRunId ? start.continuedExecutionRunId : memoText(first, 'previous_run');
}

/** A text in the memo that a run was started with (RunMemo); null when it has none of this name. */
export function memoText(first: HistoryEvent | undefined, name: string): string | null {
  const data = first?.workflowExecutionStartedEventAttributes?.memo?.fields?.[name]?.data;
  if (data == null) return null;
  const text: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof text === 'string' ? text : null;
}
