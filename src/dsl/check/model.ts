import type { ActionManifest, AdapterManifest } from '../../adapters/manifest.ts';
import type { Span } from '../diagnostics/reporter.ts';
import type { parseExpression, Reference } from '../expressions/index.ts';
import type {
  ApproveIr,
  Json,
  JsonObject,
  ParallelIr,
  RetryIr,
  ScriptIr,
  StepKind,
  TriggerIr,
  ValueIr,
} from '../ir/index.ts';
import type { Node } from '../parse/node.ts';

// What an author wrote, checked and typed, before defaults are filled in: the hand-over from check to lower.

export interface LocatedReference extends Pick<Reference, 'root' | 'path' | 'optional'> {
  readonly node: Node;
  readonly span: Span;
}
export interface Value {
  readonly ir: ValueIr;
  readonly references: readonly LocatedReference[];
  /** What an expression always gives, where that can be told. */
  readonly type?: ReturnType<typeof parseExpression>['type'];
}
/** Milliseconds, or a value that gives a duration. */
export type Duration = number | Value;
export type Count = number | Value;
export interface NamedValue {
  readonly key: string;
  readonly value: Value;
  readonly optional?: true;
}

/** An entry of the flow's `actions`: a call that steps can use by its bare name. */
export interface NamedAction {
  readonly node: Node;
  /** Undefined when the entry has none, which is reported. */
  readonly adapter: string | undefined;
  readonly action: string | undefined;
  readonly params: readonly NamedValue[];
}

export interface Retry {
  readonly attempts?: Count;
  readonly backoff?: RetryIr['backoff'];
  readonly initial?: Duration;
  readonly factor?: number;
  readonly maxInterval?: Duration;
  readonly jitter?: number;
  readonly maxDuration?: Duration;
  readonly on?: readonly string[];
  readonly notOn?: readonly string[];
}

export interface Handler {
  readonly node: Node;
  readonly match: null | {
    readonly codes?: readonly string[];
    readonly statuses?: readonly (number | string)[];
    readonly if?: Value;
  };
  readonly steps: readonly StepModel[];
}

export interface Modifiers {
  readonly description?: string;
  readonly if?: Value;
  readonly needs?: readonly { readonly id: string; readonly node: Node }[];
  /** false: one attempt. */
  readonly retry?: Retry | false;
  readonly timeout?: Duration;
  readonly attemptTimeout?: Duration;
  readonly onError?: readonly Handler[];
  readonly finally?: readonly StepModel[];
  readonly continueOnError?: boolean;
  readonly compensate?: readonly StepModel[];
  readonly idempotencyKey?: Value;
  readonly fallback?: readonly { readonly name: string; readonly node: Node }[];
  readonly awaitCallback?: boolean;
  readonly callbackTimeout?: Duration;
  readonly local?: boolean;
  readonly sensitive?: boolean;
}

/** One adapter's action that a call means. Without `manifest` the adapter is computed when the step runs. */
export interface CallTarget {
  readonly adapter: string | Value;
  readonly action: string;
  readonly manifest?: AdapterManifest;
  readonly definition?: ActionManifest;
  readonly params: readonly NamedValue[];
}

export interface Branch {
  readonly id: string;
  readonly node: Node;
  readonly steps: readonly StepModel[];
  readonly needs: readonly string[];
}

/** The settings of each kind of step. */
export interface StepSettings {
  readonly call: { readonly targets: readonly CallTarget[] };
  readonly parallel: {
    readonly branches: readonly Branch[];
    /** Some branch could not be read, so not all are known. */
    readonly partial?: true;
    readonly join?: ParallelIr['join'];
    readonly onFailure?: ParallelIr['onFailure'];
    readonly maxConcurrency?: Count;
  };
  readonly conditional: {
    readonly arms: readonly { readonly if: Value; readonly then: readonly StepModel[] }[];
    readonly else?: readonly StepModel[];
  };
  readonly switch: {
    readonly on?: Value;
    readonly cases: readonly { readonly when: readonly Value[]; readonly do: readonly StepModel[] }[];
    readonly default?: readonly StepModel[];
  };
  readonly foreach: {
    readonly in: Value;
    readonly as?: string;
    readonly do: readonly StepModel[];
    readonly concurrency?: Count;
    readonly onFailure?: 'fail' | 'continue';
  };
  readonly repeat: {
    readonly do: readonly StepModel[];
    readonly until?: Value;
    readonly while?: Value;
    readonly max?: Count;
    readonly delay?: Duration;
    readonly onMax?: 'fail' | 'continue';
  };
  readonly wait: { readonly for?: Duration; readonly until?: Value };
  readonly wait_for: {
    readonly event: Value;
    readonly match?: Value;
    readonly timeout?: Duration;
    readonly onTimeout?: readonly StepModel[];
  };
  readonly approve: {
    readonly title: Value;
    readonly to?: Value;
    readonly form?: JsonObject;
    readonly timeout?: Duration;
    readonly onTimeout?: ApproveIr['onTimeout'];
  };
  readonly set: { readonly entries: readonly NamedValue[] };
  readonly do: { readonly steps: readonly StepModel[] };
  readonly flow: { readonly ref: Value; readonly input: Value; readonly wait: boolean };
  readonly emit: { readonly type: Value; readonly data?: Value };
  readonly fail: {
    readonly error: null | { readonly code: Value; readonly message?: Value; readonly details?: Value };
  };
  readonly return: { readonly value: Value };
  readonly script: {
    readonly runtime: ScriptIr['runtime'];
    readonly source: string;
    readonly input?: Value;
    readonly timeout?: Duration;
  };
}

export interface StepOf<K extends StepKind> {
  readonly kind: K;
  readonly id: string | null;
  readonly node: Node;
  /** Where it stands: `steps/0/then/1`; its key when it has no id. */
  readonly position: string;
  readonly modifiers: Modifiers;
  readonly settings: StepSettings[K];
}
export type StepModel<K extends StepKind = StepKind> = { [P in K]: StepOf<P> }[K];

export interface FlowModel {
  readonly name: string;
  readonly version?: string;
  readonly title?: string;
  readonly description?: string;
  readonly category?: string;
  readonly tags: readonly string[];
  readonly inputs: JsonObject | null;
  readonly triggers: readonly TriggerIr[];
  readonly vars: readonly NamedValue[];
  readonly defaults: {
    readonly retry?: Retry | false;
    readonly timeout?: Duration;
    readonly attemptTimeout?: Duration;
  };
  readonly steps: readonly StepModel[];
  readonly output?: Value;
  readonly onError?: readonly Handler[];
  readonly finally?: readonly StepModel[];
  readonly timeout?: Duration;
  readonly onTimeout?: 'cancel' | 'retry';
  readonly concurrency?: {
    readonly limit: Count;
    readonly key?: Value;
    readonly whenFull?: 'queue' | 'reject' | 'cancel_oldest';
  };
}

/** A value known when compiled. */
export function literal(value: Json): Value {
  return { ir: { v: 'lit', value }, references: [] };
}
