import type { TracedEvent } from './history.ts';
import type { ExecutionReader, LoadedExecution } from './read-execution.ts';
import type { Runs } from './runs.ts';
import { SENSITIVE } from './step-views.ts';

/** Live events of an execution: all so far after `after` (an event's id), then new ones, until it has ended or `signal` aborts. */
export async function* streamEvents(
  deps: { readonly runs: Runs; readonly reader: ExecutionReader },
  {
    executionId,
    after,
    signal,
  }: { readonly executionId: string; readonly after: string | null; readonly signal: AbortSignal },
): AsyncGenerator<TracedEvent> {
  let last = after;
  let runId = '';
  let cursor: Uint8Array | null = null;
  while (!signal.aborted) {
    const loaded = await deps.reader.load(executionId);
    for (const event of loaded.reader.trace) {
      if (last !== null && compareIds(event.id, last) <= 0) continue;
      last = event.id;
      yield masked(event);
    }
    if (hasEnded(loaded)) return;
    if (runId !== loaded.description.runId) [runId, cursor] = [loaded.description.runId, null];
    // The first poll of a run gives at once what there is; those after it wait for more.
    const first = cursor === null;
    ({ cursor } = await deps.runs.waitForEvents(executionId, runId, { cursor, signal }));
    if (first && cursor !== null && !signal.aborted)
      ({ cursor } = await settled(deps.runs, { executionId, runId, cursor, signal, known: loaded }));
  }
}

/** Between loading and the first poll something may have happened: only waits when nothing has. */
async function settled(
  runs: Runs,
  poll: { executionId: string; runId: string; cursor: Uint8Array; signal: AbortSignal; known: LoadedExecution },
): Promise<{ cursor: Uint8Array | null }> {
  const now = await runs.describe(poll.executionId);
  if (
    now === null ||
    now.runId !== poll.runId ||
    now.events > poll.known.description.events ||
    now.status !== 'running'
  )
    return { cursor: poll.cursor };
  return runs.waitForEvents(poll.executionId, poll.runId, { cursor: poll.cursor, signal: poll.signal });
}

/** True when there is nothing more to come after this event id. */
export function isOver(loaded: LoadedExecution, after: string): boolean {
  const last = loaded.reader.trace.at(-1);
  return hasEnded(loaded) && (last === undefined || compareIds(last.id, after) <= 0);
}

function hasEnded(loaded: LoadedExecution): boolean {
  return loaded.description.status !== 'running' && loaded.description.status !== 'continued';
}

/** `<run>.<n>` by number. An id that is none comes before all. */
export function compareIds(a: string, b: string): number {
  const [aRun, aN] = parts(a);
  const [bRun, bN] = parts(b);
  return aRun === bRun ? aN - bN : aRun - bRun;
}
function parts(id: string): readonly [number, number] {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(id);
  return match === null ? [-1, -1] : [Number(match[1]), Number(match[2])];
}

function masked(event: TracedEvent): TracedEvent {
  return event.type === 'step.completed' && event.sensitive ? { ...event, result: SENSITIVE } : event;
}
