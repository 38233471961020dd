// What a flow's workflow takes, answers to and shows: shared by the workflow, the gateway and the read model. No imports of Temporal.
import type { ErrorInfo } from '../activities/contract.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { Memo } from './interpreter/memo.ts';

/** `$trigger` (dsl.md, section 3). `time` is RFC 3339. */
export interface TriggerEvent {
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: string;
  readonly data: Json;
  readonly headers: JsonObject;
}

/** The only argument of the workflow. The workflow id is the execution id; the workflow type is the flow's name. */
export interface RunFlowInput {
  readonly format: 1;
  /** Behaviour of the interpreter that this run keeps (interpreter/behaviours). */
  readonly behaviour: number;
  readonly flow: FlowIr;
  /** Sub-flows by literal reference, transitively. */
  readonly flows: Readonly<Record<string, FlowIr>>;
  /** With defaults applied; checked against `flow.inputs`. */
  readonly input: Json;
  readonly trigger: TriggerEvent;
  readonly environment: string;
  /** Whose execution it is; absent where there is one organisation (flows from a folder). */
  readonly organisation?: string;
  /** `$config`: values of the environment that are no secrets. */
  readonly config: JsonObject;
  readonly tags: readonly string[];
  /** First start of the execution, ms since the epoch (kept over rollback, retry and continue-as-new). */
  readonly startedAt?: number;
  /** `$execution.attempt`, 1-based: raised by `on_timeout: retry`. */
  readonly attempt?: number;
  readonly origin?: { readonly execution_id: string; readonly from?: string };
  readonly parent?: { readonly execution_id: string; readonly step: string };
  readonly depth?: number;
  /** The API already holds a concurrency slot for this execution. */
  readonly slotHeld?: boolean;
  /** Workflow id of the coordinator that gave it. */
  readonly slotCoordinator?: string;
  /** Where to go on from: continue-as-new, rollback, re-run from a step. */
  readonly memo?: Memo;
}

/** What a completed execution's workflow returns. */
export type RunFlowOutput = Json;

/** Updates (answered, durable) and signals (durable, no answer) of the workflow. */
export const UPDATES = {
  /** EventMessage → { delivered: 'step' | 'kept' }; rejected with `event_buffer_full`. Update id = event id. */
  event: 'weir.event',
  /** CallbackMessage → { accepted: true }; rejected with `callback_gone`. Update id = hash of the token. */
  callback: 'weir.callback',
  /** DecisionMessage → { accepted: true, step }; rejected with `not_open`, `ambiguous_step`. */
  decide: 'weir.decide',
  /** RollbackMessage → { accepted: true }; the run continues as new from before the step. Rejected with `step_not_found`. */
  rollback: 'weir.rollback',
} as const;
export const SIGNALS = { pause: 'weir.pause', resume: 'weir.resume', slotGranted: 'weir.slot_granted' } as const;

export interface EventMessage {
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly time?: string;
  readonly data: Json;
}
export interface CallbackMessage {
  readonly step: string;
  readonly nonce: string;
  readonly payload: Json;
}
export interface DecisionMessage {
  readonly step: string;
  readonly approved: boolean;
  readonly comment: string | null;
  readonly form: Json;
  readonly by: string | null;
}
export interface RollbackMessage {
  readonly to: string;
  readonly compensate?: boolean;
  readonly newKeys?: boolean;
}

/** Search attributes, registered in the namespace (temporal/search-attributes). All but the status are set at start. */
export const SEARCH_ATTRIBUTES = {
  /** Keyword: running, waiting, paused, timed_out (upserted); the close status tells the other ends. */
  status: 'WeirStatus',
  /** Keyword: flow version. */
  version: 'WeirVersion',
  /** Keyword list. */
  tags: 'WeirTags',
  /** Keyword: environment. */
  environment: 'WeirEnvironment',
  /** Keyword: `parent` or `origin` execution id. */
  origin: 'WeirOrigin',
  /** Keyword: organisation, where there are several. */
  organisation: 'WeirOrganisation',
} as const;

export const EXECUTION_STATUSES = [
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
  'terminated',
  'timed_out',
] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** A failed execution fails its workflow with an ApplicationFailure: type = error code, details = [ErrorInfo]. A timed-out one has this type. */
export const TIMED_OUT_TYPE = 'timed_out';
export type { ErrorInfo };
