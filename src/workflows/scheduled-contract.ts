// What a schedule's workflow takes, and what it asks of its activity. No imports of Temporal.
import type { TriggerIr } from '../dsl/ir/flow.ts';
import type { RunFlowInput } from './contract.ts';

/** Workflow that a Temporal Schedule starts. No flow can have this name (flow names have no capitals). */
export const SCHEDULED_TYPE = 'weirScheduledFlow';

/** Its only argument. */
export interface ScheduledFlow {
  readonly organisation: string;
  /** Id of the Temporal Schedule. */
  readonly schedule: string;
  readonly environment: string;
  readonly flow: string;
  /** Place of the trigger in the flow's list. */
  readonly position: number;
  /** As it was when the schedule was brought to Temporal. */
  readonly trigger: Extract<TriggerIr, { on: 'schedule' }>;
}

export interface ScheduledActivities {
  /** Resolves version and input of a scheduled run. Null: nothing is to be started; why is in the log of events. */
  'weir.resolve_scheduled'(
    request: ScheduledFlow & {
      /** RFC 3339. */
      readonly scheduledAt: string;
      /** Of the workflow: a time that is run again (by a backfill, or twice in a second by hand) is another execution. */
      readonly run: string;
    },
  ): Promise<ResolvedScheduled | null>;
}

export interface ResolvedScheduled {
  readonly executionId: string;
  readonly input: RunFlowInput;
}
