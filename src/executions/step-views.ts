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

/** What stands in place of a sensitive result, wherever it is shown. */
export const SENSITIVE = '[sensitive]';

type Waiting = Extract<TraceEvent, { type: 'step.waiting' }>;
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
  return { steps, waiting: open.flatMap(([path, draft]) => waitingOf(path, draft, calls.get(path))) };
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

function waitingOf(path: string, { waiting }: Draft, call: PendingCall | undefined): readonly WaitingView[] {
  if (call?.waiting) {
    const until = call.nextAttemptAt?.toISOString() ?? null;
    return [
      {
        step: path,
        on: 'retry',
        reason: `attempt ${call.attempt} comes after ${call.lastFailure?.code ?? 'an error'}`,
        until,
      },
    ];
  }
  if (waiting === null) return [];
  return [
    {
      step: path,
      on: waiting.on,
      reason: reasonOf(waiting),
      until: waiting.until === undefined ? null : iso(waiting.until),
    },
  ];
}

function reasonOf({ on, detail }: Waiting): string {
  const field = (name: string): string | null => {
    if (detail === null || typeof detail !== 'object' || Array.isArray(detail)) return null;
    const value = (detail as { readonly [key: string]: Json })[name]; // a map, checked above
    return typeof value === 'string' ? value : null;
  };
  const about = (text: string, name: string | null): string => (name === null ? text : `${text}: ${name}`);
  switch (on) {
    case 'timer':
      return 'waits for its time';
    case 'event':
      return about('waits for an event', field('type') ?? field('event'));
    case 'approval':
      return about('waits for a decision', field('title'));
    case 'callback':
      return 'waits to be called back';
    case 'slot':
      return about('waits for its turn', field('key'));
    case 'sub_flow':
      return about('waits for a sub-flow', field('flow') ?? field('execution_id'));
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString();
