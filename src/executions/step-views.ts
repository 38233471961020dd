import type { ErrorInfo } from '../activities/contract.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { StepIr, StepKind } from '../dsl/ir/step.ts';
import type { Memo } from '../workflows/interpreter/memo.ts';
import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import { findStepIr, isStepAddress, keyOf } from './find-step.ts';
import type { HistoryReader } from './history.ts';
import type { PendingCall } from './runs.ts';
import type { StepView, WaitingView } from './view.ts';
import { iso, type Waiting, waitingViews } from './waiting-views.ts';

/** What stands in place of a sensitive result, wherever it is shown. */
export const SENSITIVE = '[sensitive]';

type StepTrace = Extract<TraceEvent, { step: string; kind: StepKind }>;
interface Draft {
  kind: StepKind;
  adapter?: string;
  action?: string;
  status: StepView['status'];
  startedAt: number;
  endedAt: number | null;
  result?: Json;
  error?: ErrorInfo;
  retries: number;
  waiting: Waiting | null;
}

export interface StepsOfExecution {
  readonly steps: readonly StepView[];
  readonly waiting: readonly WaitingView[];
}

/** The steps of an execution, in the order in which they began, and what those still open wait for. */
export function stepViews(
  reader: Pick<HistoryReader, 'trace' | 'memo' | 'attempts'> & { readonly input: { readonly flow: FlowIr } },
  pending: readonly PendingCall[],
  running: boolean,
): StepsOfExecution {
  const memo = reader.memo();
  const { flow } = reader.input;
  const drafts = new Map<string, Draft>();
  for (const event of reader.trace) apply(drafts, event, memo);
  addFromMemo(drafts, memo, flow);
  const calls = new Map(pending.map((call) => [call.id, call]));
  const ordered = [...drafts].sort(([, a], [, b]) => a.startedAt - b.startedAt);
  const steps = ordered.map(([path, draft]) =>
    toView(path, draft, {
      step: findStepIr(flow, path),
      attempts: reader.attempts.get(path),
      call: calls.get(path),
      running,
    }),
  );
  const open = running ? ordered.filter(([, draft]) => draft.endedAt === null) : [];
  const slot = running ? slotWait(reader.trace) : null;
  return {
    steps,
    waiting: [
      ...(slot === null
        ? []
        : waitingViews({ path: '', startedAt: slot.at, waiting: slot, action: null }, flow, undefined)),
      ...open.flatMap(([path, draft]) => waitingViews(openStep(path, draft), flow, calls.get(path))),
    ],
  };
}

function openStep(path: string, { startedAt, waiting, adapter, action }: Draft) {
  return {
    path,
    startedAt,
    waiting,
    action: action === undefined ? null : [adapter, action].filter(Boolean).join('.'),
  };
}

/** The wait for a slot of the flow's concurrency, while it lasts: it belongs to no step. */
function slotWait(trace: readonly TraceEvent[]): Waiting | null {
  const last = trace.findLast((event) => event.type !== 'execution.paused' && event.type !== 'execution.resumed');
  return last?.type === 'step.waiting' && last.on === 'slot' ? last : null;
}

function apply(drafts: Map<string, Draft>, event: TraceEvent, memo: Memo): void {
  if (event.type === 'execution.rolled_back') {
    // What was undone and not done again is no longer part of the execution. (A condensed memo has forgotten others too.)
    if (memo.floor === undefined)
      for (const path of drafts.keys()) if (memo.steps[path] === undefined) drafts.delete(path);
    return;
  }
  if (!('step' in event)) return;
  const known = drafts.get(event.step);
  switch (event.type) {
    case 'step.started':
      return void drafts.set(event.step, begun(event));
    case 'step.waiting':
      if (known !== undefined) Object.assign(known, { status: 'waiting', waiting: event });
      return;
    case 'step.retrying':
      if (known !== undefined)
        Object.assign(known, { status: 'running', waiting: null, retries: known.retries + 1, error: event.error });
      return;
    case 'step.skipped':
      return void drafts.set(event.step, { ...begun(event), status: 'skipped', endedAt: event.at });
    default: {
      const { error: _error, ...draft } = known ?? begun(event);
      const rest =
        event.type === 'step.completed'
          ? { status: 'completed' as const, result: event.sensitive ? SENSITIVE : event.result }
          : event.type === 'step.failed'
            ? { status: 'failed' as const, error: event.error }
            : { status: 'cancelled' as const };
      drafts.set(event.step, { ...draft, waiting: null, endedAt: event.at, ...rest });
    }
  }
}

function begun(event: StepTrace): Draft {
  const call =
    event.type === 'step.started'
      ? {
          ...(event.adapter !== undefined && { adapter: event.adapter }),
          ...(event.action !== undefined && { action: event.action }),
        }
      : {};
  return {
    kind: event.kind,
    ...call,
    status: 'running',
    startedAt: event.at,
    endedAt: null,
    retries: 0,
    waiting: null,
  };
}

/** Steps whose beginning is not in the histories that could be read. */
function addFromMemo(drafts: Map<string, Draft>, memo: Memo, flow: FlowIr): void {
  for (const [path, entry] of Object.entries(memo.steps)) {
    const step = drafts.has(path) || !isStepAddress(path) ? undefined : findStepIr(flow, path);
    if (step === undefined) continue;
    drafts.set(path, {
      kind: step.kind,
      ...callOf(step),
      status: entry.status === 'open' ? 'running' : entry.status,
      startedAt: entry.startedAt,
      endedAt: entry.endedAt ?? null,
      ...(entry.result !== undefined && { result: entry.sensitive ? SENSITIVE : entry.result }),
      ...(entry.error !== undefined && { error: entry.error }),
      retries: 0,
      waiting: null,
    });
  }
}

function callOf(step: StepIr): { adapter?: string; action?: string } {
  if (step.kind !== 'call') return {};
  const [{ adapter, action }] = step.targets;
  return { ...(adapter.v === 'lit' && typeof adapter.value === 'string' && { adapter: adapter.value }), action };
}

interface CallFacts {
  readonly step: StepIr | undefined;
  readonly attempts: { attempts: number; lastFailure?: ErrorInfo } | undefined;
  readonly call: PendingCall | undefined;
  readonly running: boolean;
}

function toView(path: string, draft: Draft, { step, attempts, call, running }: CallFacts): StepView {
  const ended = draft.endedAt;
  const isCall = draft.kind === 'call' && draft.status !== 'skipped';
  const tries = isCall ? Math.max(attempts?.attempts ?? 0, call?.attempt ?? 0, draft.retries + 1) : 0;
  const error = draft.error ?? call?.lastFailure ?? (ended === null ? attempts?.lastFailure : undefined);
  // A step that was open when the execution ended was cut off (terminate).
  const cutOff = ended === null && !running;
  return {
    id: step?.id ?? keyOf(path),
    path,
    kind: draft.kind,
    ...(draft.adapter !== undefined && { adapter: draft.adapter }),
    ...(draft.action !== undefined && { action: draft.action }),
    status: cutOff ? 'cancelled' : call?.waiting ? 'waiting' : draft.status,
    attempts: tries,
    started_at: iso(draft.startedAt),
    ended_at: ended === null ? null : iso(ended),
    duration_ms: ended === null ? null : ended - draft.startedAt,
    ...(draft.result !== undefined && { result: draft.result }),
    ...(error != null && draft.status !== 'completed' && { error }),
  };
}

export { iso };
