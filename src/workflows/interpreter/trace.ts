import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { StepKind } from '../../dsl/ir/step.ts';

/**
 * What an execution did, in order: the source of steps, event stream and archive. The interpreter tells it to its port;
 * in the sandbox nobody listens, on the host (history, virtual time) it is collected. `at` is workflow time, ms.
 */
export type TraceEvent =
  | { readonly type: 'execution.started'; readonly at: number }
  | { readonly type: 'execution.paused' | 'execution.resumed' | 'execution.cancelling'; readonly at: number }
  | { readonly type: 'execution.rolled_back'; readonly at: number; readonly step: string }
  | { readonly type: 'execution.completed'; readonly at: number; readonly output: Json }
  | {
      readonly type: 'execution.failed' | 'execution.timed_out' | 'execution.cancelled';
      readonly at: number;
      readonly error: ErrorInfo | null;
    }
  | { readonly type: 'execution.terminated'; readonly at: number }
  | {
      readonly type: 'step.started';
      readonly at: number;
      readonly step: string;
      readonly kind: StepKind;
      readonly adapter?: string;
      readonly action?: string;
    }
  | {
      readonly type: 'step.waiting';
      readonly at: number;
      readonly step: string;
      readonly on: 'timer' | 'event' | 'approval' | 'callback' | 'slot' | 'sub_flow';
      readonly detail?: Json;
      readonly until?: number;
    }
  | {
      readonly type: 'step.retrying';
      readonly at: number;
      readonly step: string;
      readonly attempt: number;
      readonly error: ErrorInfo;
    }
  | { readonly type: 'step.skipped'; readonly at: number; readonly step: string; readonly kind: StepKind }
  | {
      readonly type: 'step.completed';
      readonly at: number;
      readonly step: string;
      readonly kind: StepKind;
      readonly result: Json;
      readonly sensitive?: true;
    }
  | {
      readonly type: 'step.failed';
      readonly at: number;
      readonly step: string;
      readonly kind: StepKind;
      readonly error: ErrorInfo;
    }
  | { readonly type: 'step.cancelled'; readonly at: number; readonly step: string; readonly kind: StepKind };
