import type { JsonObject } from './json.ts';
import type { HandlerIr, StepIr } from './step.ts';
import type { CountIr, DurationIr, ValueIr } from './value.ts';

/** A flow version, compiled: immutable, plain JSON, identified by `hash`. What the interpreter runs. */
export interface FlowIr {
  readonly ir: 1;
  readonly name: string;
  /** Semver; `0.0.0` while the registry has not given one. */
  readonly version: string;
  /** SHA-256 (hex) over the canonical JSON of the IR without `hash`, `version` and source lines. */
  readonly hash: string;
  readonly title?: string;
  readonly description?: string;
  readonly category?: string;
  readonly tags: readonly string[];
  /** The whole JSON Schema of the input, short form expanded; null takes any JSON. */
  readonly inputs: JsonObject | null;
  readonly triggers: readonly TriggerIr[];
  /** A map value. */
  readonly vars: ValueIr;
  readonly steps: readonly StepIr[];
  /** null: the result of the last top-level step that ran. */
  readonly output: ValueIr | null;
  readonly onError: readonly HandlerIr[] | null;
  readonly finally: readonly StepIr[] | null;
  readonly timeout: DurationIr | null;
  readonly onTimeout: 'cancel' | 'retry';
  readonly concurrency: null | {
    readonly limit: CountIr;
    readonly key: ValueIr;
    readonly whenFull: 'queue' | 'reject' | 'cancel_oldest';
  };
  /** Literal `name@range` references of `flow` steps and of bare names that mean flows. */
  readonly flowRefs: readonly string[];
  /** Literal event types that `wait_for` steps wait for; `*` when one is computed. */
  readonly awaits: readonly string[];
}

/** One trigger (dsl.md, section 8). Fields are those of the source, checked; `input` maps the event to inputs. */
export type TriggerIr =
  | { readonly on: 'manual'; readonly input?: ValueIr }
  | {
      readonly on: 'event';
      readonly type: string;
      readonly match?: JsonObject;
      readonly input?: ValueIr;
      readonly [extra: string]: unknown;
    }
  | {
      readonly on: 'schedule';
      readonly schedule: string;
      readonly timezone?: string;
      readonly overlap?: string;
      readonly catchup?: string;
      readonly input?: ValueIr;
    }
  | { readonly on: 'webhook'; readonly webhook: string; readonly input?: ValueIr; readonly [extra: string]: unknown }
  | { readonly on: 'flow'; readonly flow: string; readonly state: 'completed' | 'failed'; readonly input?: ValueIr };
