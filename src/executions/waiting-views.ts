import type { FlowIr } from '../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import { findStepIr } from './find-step.ts';
import type { PendingCall } from './runs.ts';
import type { WaitingView } from './view.ts';

export type Waiting = Extract<TraceEvent, { type: 'step.waiting' }>;

/** An open step, as far as its waiting goes. */
export interface OpenStep {
  readonly path: string;
  readonly startedAt: number;
  readonly waiting: Waiting | null;
  /** `crm.order`, for a call. */
  readonly action: string | null;
}

/** What an open step waits for, in words; empty when it does not wait. `path` is empty for the flow itself. */
export function waitingViews(step: OpenStep, flow: FlowIr, call: PendingCall | undefined): readonly WaitingView[] {
  const { path, waiting } = step;
  if (call?.waiting) return [retryView(step, call)];
  if (waiting === null) return [];
  const approval = waiting.on === 'approval' ? approvalOf(flow, waiting) : null;
  return [
    {
      step: path,
      on: waiting.on,
      reason: reasonOf(waiting, step),
      until: waiting.until === undefined ? null : iso(waiting.until),
      since: iso(waiting.at),
      ...(approval !== null && { approval }),
    },
  ];
}

function retryView({ path, startedAt }: OpenStep, call: PendingCall): WaitingView {
  const { attempt, lastFailure, nextAttemptAt } = call;
  const failure = lastFailure === null ? 'an error' : `${lastFailure.code}: ${lastFailure.message}`;
  return {
    step: path,
    on: 'retry',
    reason: `attempt ${attempt - 1} failed with ${failure.slice(0, 300)}; attempt ${attempt} comes next`,
    until: nextAttemptAt?.toISOString() ?? null,
    since: iso(startedAt),
  };
}

function reasonOf({ on, detail }: Waiting, { action }: OpenStep): string {
  const field = (name: string): Json => fieldOf(detail, name);
  const text = (name: string): string | null => {
    const value = field(name);
    return typeof value === 'string' ? value : null;
  };
  const about = (words: string, name: string | null): string => (name === null ? words : `${words}: ${name}`);
  switch (on) {
    case 'timer':
      return 'waits for its time';
    case 'event':
      return about('waits for an event', text('type') ?? text('event'));
    case 'approval': {
      const to = namesOf(field('to'));
      return about(`waits for a decision${to.length === 0 ? '' : ` by ${to.join(' or ')}`}`, text('title'));
    }
    case 'callback':
      return about('waits to be called back', action);
    case 'slot': {
      const limit = field('limit');
      const most = typeof limit === 'number' ? ` (at most ${limit} run at once)` : '';
      return `${about('waits for its turn', text('key'))}${most}`;
    }
    case 'sub_flow':
      return about('waits for a sub-flow', text('flow') ?? text('execution_id'));
  }
}

function approvalOf(flow: FlowIr, { step, detail }: Waiting): NonNullable<WaitingView['approval']> {
  const ir = findStepIr(flow, step);
  const title = fieldOf(detail, 'title');
  const form: JsonObject | null = ir?.kind === 'approve' ? (ir.form ?? null) : null;
  return { title: typeof title === 'string' ? title : null, to: namesOf(fieldOf(detail, 'to')), form };
}

/** `approve.to` as it was computed: a name, a list of them, or nothing. */
const namesOf = (to: Json): readonly string[] =>
  typeof to === 'string' ? [to] : Array.isArray(to) ? to.filter((one): one is string => typeof one === 'string') : [];

function fieldOf(value: Json | undefined, name: string): Json {
  if (value === null || value === undefined || typeof value !== 'object' || Array.isArray(value)) return null;
  return (value as { readonly [key: string]: Json })[name] ?? null; // a map, checked above
}

export const iso = (ms: number): string => new Date(ms).toISOString();
