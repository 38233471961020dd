// What the workflow sends to activities and gets back. Types and constants only: the workflow bundle imports this file.
import type { Fill } from '../dsl/ir/fill.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';

export type { Fill };

/** The argument of the generic activity behind every `adapter.action` (its Temporal type). */
export interface ActionRequest {
  readonly adapter: string;
  readonly action: string;
  /** Resolved params. Never the execution's context; never a secret. */
  readonly params: Json;
  /** Strings in `params` that the activity completes; the place in `params` holds null. */
  readonly fills: readonly Fill[];
  readonly flow: { readonly name: string; readonly version: string };
  readonly execution: string;
  readonly environment: string;
  /** The step's address, `each[2].fetch`. */
  readonly step: string;
  /** Engine-made (execution, address, generation) or the author's `idempotency_key`. Stable over retries and crashes. */
  readonly idempotencyKey: string;
  /** True when an ambiguous outcome may be sent again (safe, provider key, or the author's own key). */
  readonly covered: boolean;
  /** True when `idempotencyKey` comes from the author (the http adapter then always sends it). */
  readonly ownKey: boolean;
  readonly attemptTimeoutMs: number;
  readonly retry: ResolvedRetry;
  /** Attempts already used by earlier activities of the same step (lost workers don't count). */
  readonly attemptOffset: number;
  /** Workflow time of the step's first attempt, ms since the epoch: `max_duration` counts from here. */
  readonly firstAttemptAt: number;
  /** Present when the step waits for a callback. */
  readonly callback?: CallbackClaim;
  /** Hash of the manifest that the flow version was checked against. */
  readonly pin?: string;
}

/** What a callback token stands for. The activity signs it; the API checks it and completes the step. */
export interface CallbackClaim {
  readonly execution: string;
  readonly step: string;
  /** Unique for each wait: generation and round of the step. */
  readonly nonce: string;
  /** Instant after which it is refused (410), ms since the epoch. */
  readonly expiresAt: number;
}

export interface ResolvedRetry {
  readonly attempts: number;
  readonly backoff: 'exponential' | 'linear' | 'constant';
  readonly initialMs: number;
  readonly factor: number;
  readonly maxIntervalMs: number;
  readonly jitter: number;
  readonly maxDurationMs?: number;
  readonly on?: readonly string[];
  readonly notOn?: readonly string[];
}

/** An error as authors see it in `$error` (dsl.md, section 6). Travels as the first detail of an ApplicationFailure whose type is `code`. */
export interface ErrorInfo {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly adapter?: string;
  readonly action?: string;
  readonly step?: string;
  readonly attempt?: number;
  readonly retryable?: boolean;
  readonly details?: Json;
  readonly cause?: ErrorInfo;
}

/** Activities that are not adapter actions, by their Temporal type. */
export interface EngineActivities {
  /** Sends an event to waits and triggers. Gives its id. Delivered at least once, with this id. */
  'weir.emit'(event: { id: string; type: string; source: string; time: string; data: Json }): Promise<{ id: string }>;
  /** Resolves `name` or `name@range` for a computed `flow` step: IR and those it refers to. Fails with `flow_not_found`. */
  'weir.resolve_flow'(request: { ref: string; environment: string }): Promise<ResolvedFlows>;
  /** Checks a sub-flow's input against its schema and applies defaults. Fails with `invalid_input`. */
  'weir.check_input'(request: { schema: JsonObject; input: Json }): Promise<Json>;
  /** Asks the coordinator of a concurrency key for a slot (starts it if need be). */
  'weir.request_slot'(request: SlotRequest): Promise<'granted' | 'queued' | 'rejected'>;
  /** Which of these executions (workflow ids) still run. */
  'weir.still_running'(ids: readonly string[]): Promise<readonly string[]>;
}

export interface ResolvedFlows {
  /** Key of the one that was asked for, in `flows`. */
  readonly ref: string;
  /** `name@range` as written → IR, with everything it refers to. */
  readonly flows: Readonly<Record<string, import('../dsl/ir/flow.ts').FlowIr>>;
}

export interface SlotRequest {
  readonly coordinator: string;
  readonly holder: string;
  readonly limit: number;
  readonly whenFull: 'queue' | 'reject' | 'cancel_oldest';
}

/** Results above this go to storage by content hash (dsl.md, section 9); the payload codec does it. Bytes of JSON. */
export const CLAIM_CHECK_BYTES = 256 * 1024;
/** Results above this are refused with `result_too_large`. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;
