import type { Json, JsonObject } from './json.ts';
import type { CountIr, DurationIr, ValueIr } from './value.ts';

/** Every kind of step (dsl.md, section 2). Tables over it are exhaustive `Record<StepKind, …>`. */
export const STEP_KINDS = [
  'call',
  'parallel',
  'conditional',
  'switch',
  'foreach',
  'repeat',
  'wait',
  'wait_for',
  'approve',
  'set',
  'do',
  'flow',
  'emit',
  'fail',
  'return',
  'script',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export type StepIr =
  | CallIr
  | ParallelIr
  | ConditionalIr
  | SwitchIr
  | ForeachIr
  | RepeatIr
  | WaitIr
  | WaitForIr
  | ApproveIr
  | SetIr
  | DoIr
  | FlowStepIr
  | EmitIr
  | FailIr
  | ReturnIr
  | ScriptIr;

/**
 * What every step has. `key` is unique in the flow: the author's id, or for a step without one its position
 * (`steps/2`, `steps/0/then/1`, `on_error/0`). The address of an instance is the key, with `<loop key>[<index>].`
 * before it for each loop around it, outermost first: `each[2].fetch`, `steps/0[1].inner[4].cell`.
 */
export interface StepBase {
  readonly key: string;
  /** The author's id (its `$` name), or null. */
  readonly id: string | null;
  /** Line in the source, 1-based. */
  readonly line: number;
  readonly description?: string;
  readonly if?: ValueIr;
  /** Keys of sibling branches; only on a step that is a branch of `parallel`. */
  readonly needs?: readonly string[];
  /** For blocks (everything but calls, whose retry lies in their targets): null is no retry. */
  readonly retry?: RetryIr;
  readonly timeout?: DurationIr;
  readonly onError?: readonly HandlerIr[];
  readonly continueOnError?: true;
  readonly finally?: readonly StepIr[];
  readonly compensate?: readonly StepIr[];
  readonly sensitive?: true;
}

/** dsl.md section 6; defaults filled in when compiled. `attempts` counts the first try. */
export interface RetryIr {
  readonly attempts: CountIr;
  readonly backoff: 'exponential' | 'linear' | 'constant';
  readonly initial: DurationIr;
  readonly factor: number;
  readonly maxInterval: DurationIr;
  readonly jitter: number;
  readonly maxDuration?: DurationIr;
  readonly on?: readonly string[];
  readonly notOn?: readonly string[];
}

/** A handler of `on_error`. `match: null` catches everything. Within a match all given parts must hold; codes and statuses are any-of. */
export interface HandlerIr {
  readonly match: null | {
    readonly codes?: readonly string[];
    /** 404, or a class such as `4xx`. */
    readonly statuses?: readonly (number | string)[];
    readonly if?: ValueIr;
  };
  readonly do: readonly StepIr[];
}

/**
 * How a call may be repeated when its outcome is unknown (dsl.md, section 6):
 * `safe` changes nothing outside; `key` has a provider's idempotency key; `none` is not covered;
 * `method`: decided by the HTTP method in that param (GET, HEAD, OPTIONS are safe).
 */
export type IdempotencyIr = 'safe' | 'key' | 'none' | { readonly methodParam: string };

export interface CallTargetIr {
  readonly adapter: ValueIr;
  readonly action: string;
  readonly idempotency: IdempotencyIr;
  readonly completion: 'sync' | 'callback';
  /** Manifest default, then the flow's defaults, then the step's: merged when compiled. */
  readonly retry: RetryIr;
  readonly attemptTimeout: DurationIr;
  /** A map value: the author's params, and the defaults of the action for those left out. */
  readonly params: ValueIr;
  /** The manifest's hash, which the call is pinned to; absent for a computed adapter. */
  readonly pin?: string;
}

export interface CallIr extends StepBase {
  readonly kind: 'call';
  /** The call itself, then its `fallback` adapters in order. */
  readonly targets: readonly [CallTargetIr, ...CallTargetIr[]];
  readonly awaitCallback: boolean;
  readonly callbackTimeout: DurationIr;
  readonly idempotencyKey?: ValueIr;
  readonly local: boolean;
}

export interface BranchIr {
  /** Name in the result map: step id, name, or `branch_<n>` by position from 1. */
  readonly id: string;
  /** A branch that is one step has exactly that step. */
  readonly steps: readonly StepIr[];
  readonly needs: readonly string[];
}
export interface ParallelIr extends StepBase {
  readonly kind: 'parallel';
  readonly branches: readonly BranchIr[];
  readonly join: 'all' | 'any' | 'race' | 'settled' | number;
  readonly onFailure: 'cancel' | 'wait';
  readonly maxConcurrency?: CountIr;
}
export interface ConditionalIr extends StepBase {
  readonly kind: 'conditional';
  /** `if` and the `elif`s, in order. */
  readonly arms: readonly { readonly if: ValueIr; readonly then: readonly StepIr[] }[];
  readonly else: readonly StepIr[] | null;
}
export interface SwitchIr extends StepBase {
  readonly kind: 'switch';
  readonly on: ValueIr | null;
  /** With `on`: any of the values equals it. Without: one condition. */
  readonly cases: readonly { readonly when: readonly ValueIr[]; readonly do: readonly StepIr[] }[];
  readonly default: readonly StepIr[] | null;
}
export interface ForeachIr extends StepBase {
  readonly kind: 'foreach';
  readonly in: ValueIr;
  /** Name of the item root; `item` by default. `$item` and `$index` always work too. */
  readonly as: string;
  readonly do: readonly StepIr[];
  readonly concurrency: CountIr;
  readonly onFailure: 'fail' | 'continue';
}
export interface RepeatIr extends StepBase {
  readonly kind: 'repeat';
  readonly do: readonly StepIr[];
  readonly until?: ValueIr;
  readonly while?: ValueIr;
  readonly max: CountIr;
  readonly delay?: DurationIr;
  readonly onMax: 'fail' | 'continue';
}
export interface WaitIr extends StepBase {
  readonly kind: 'wait';
  readonly for?: DurationIr;
  readonly until?: ValueIr;
}
export interface WaitForIr extends StepBase {
  readonly kind: 'wait_for';
  readonly event: ValueIr;
  /** A map value: pattern over the event's data (a value is equality, a list any of, a map goes deeper). */
  readonly match?: ValueIr;
  readonly settingsTimeout?: DurationIr;
  readonly onTimeout: readonly StepIr[] | null;
}
export interface ApproveIr extends StepBase {
  readonly kind: 'approve';
  readonly title: ValueIr;
  /** A list value of user names and `role:x`; absent: anyone. */
  readonly to?: ValueIr;
  readonly form?: JsonObject;
  readonly settingsTimeout?: DurationIr;
  readonly onTimeout: 'approve' | 'reject' | 'fail';
}
export interface SetIr extends StepBase {
  readonly kind: 'set';
  readonly entries: readonly { readonly key: string; readonly value: ValueIr }[];
}
export interface DoIr extends StepBase {
  readonly kind: 'do';
  readonly steps: readonly StepIr[];
}
export interface FlowStepIr extends StepBase {
  readonly kind: 'flow';
  /** `name` or `name@range`; a literal one is resolved when the parent starts. */
  readonly ref: ValueIr;
  readonly input: ValueIr;
  readonly wait: boolean;
}
export interface EmitIr extends StepBase {
  readonly kind: 'emit';
  readonly type: ValueIr;
  readonly data: ValueIr;
}
export interface FailIr extends StepBase {
  readonly kind: 'fail';
  /** null passes `$error` on as it is. */
  readonly error: null | { readonly code: ValueIr; readonly message: ValueIr; readonly details: ValueIr };
}
export interface ReturnIr extends StepBase {
  readonly kind: 'return';
  readonly value: ValueIr;
}
export interface ScriptIr extends StepBase {
  readonly kind: 'script';
  readonly runtime: 'node' | 'python' | 'bash';
  readonly source: string;
  readonly input: ValueIr;
  readonly settingsTimeout: DurationIr;
}
export type { Json };
