import type { ExecutionStatus } from '../workflows/contract.ts';
import { startOf } from './execution-id.ts';
import type { LoadedExecution } from './read-execution.ts';
import type { QueueState, RunStatus, RunSummary } from './runs.ts';
import { iso, stepViews } from './step-views.ts';
import type { ExecutionSummary, ExecutionView } from './view.ts';
import { whyWaiting } from './why-waiting.ts';

/** `GET /executions/{id}`: everything there is to see of an execution. `queue`: that of the workers, where they are late. */
export function executionView(
  { id, description, reader }: LoadedExecution,
  queue: QueueState | null = null,
): ExecutionView {
  const { input } = reader;
  const status = statusOf(description, reader.status);
  const running = !isEnded(status);
  const startedAt = input.startedAt ?? reader.trace[0]?.at ?? description.startedAt.getTime();
  const endedAt = running ? null : (description.endedAt?.getTime() ?? null);
  const { steps, waiting } = stepViews(reader, description.pending, running);
  return {
    execution_id: id,
    flow: input.flow.name,
    version: input.flow.version,
    hash: input.flow.hash,
    status,
    environment: input.environment,
    tags: input.tags,
    input: input.input,
    output: status === 'completed' ? reader.output : null,
    error: running ? null : reader.error,
    started_at: iso(startedAt),
    ended_at: endedAt === null ? null : iso(endedAt),
    duration_ms: endedAt === null ? null : Math.max(0, endedAt - startedAt),
    origin: input.origin ?? null,
    parent: input.parent ?? null,
    waiting,
    why: isOpen(status) ? whyWaiting({ status, description, waiting, steps, queue }) : null,
    steps,
    links: linksOf(id, input.flow.name),
  };
}

/** One line of `GET /executions`, from visibility alone. */
export function executionSummary(run: RunSummary): ExecutionSummary {
  return {
    execution_id: run.executionId,
    flow: run.flow,
    version: run.version,
    status: statusOf(run, null),
    environment: run.environment,
    tags: run.tags,
    started_at: iso(startOf(run.executionId) ?? run.startedAt.getTime()),
    ended_at: run.endedAt?.toISOString() ?? null,
    links: linksOf(run.executionId, run.flow),
  };
}

export function linksOf(executionId: string, flow: string): Readonly<Record<string, string>> {
  const self = `/executions/${encodeURIComponent(executionId)}`;
  return { self, events: `${self}/events`, cancel: `${self}/cancel`, flow: `/flows/${flow}` };
}

const isOpen = (status: ExecutionStatus): status is 'running' | 'waiting' | 'paused' => !isEnded(status);
export const isEnded = (status: ExecutionStatus): boolean => ENDED.has(status);
const ENDED: ReadonlySet<ExecutionStatus> = new Set(['completed', 'failed', 'cancelled', 'terminated', 'timed_out']);

/** Temporal's close status decides; what it can't tell (paused, waiting, timed out by the flow) comes from the history or WeirStatus. */
export function statusOf(
  run: { readonly status: RunStatus; readonly shown: string | null },
  read: ExecutionStatus | null,
): ExecutionStatus {
  switch (run.status) {
    case 'failed':
      return read === 'timed_out' || run.shown === 'timed_out' ? 'timed_out' : 'failed';
    case 'running':
    case 'continued': {
      const shown = read ?? run.shown;
      return shown === 'waiting' || shown === 'paused' ? shown : 'running';
    }
    default:
      return run.status;
  }
}
