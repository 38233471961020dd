import type { FlowScope } from '../auth/authorize.ts';

export interface ScheduleView {
  /** Of the Temporal Schedule too. */
  readonly id: string;
  readonly flow: string;
  readonly environment: string;
  /** Cron expression of five fields, as written. */
  readonly schedule: string;
  readonly timezone: string;
  readonly overlap: string;
  /** As written; null: an hour. */
  readonly catchup: string | null;
  readonly paused: boolean;
  /** False while the latest change has not come to Temporal yet; it is tried again. */
  readonly applied: boolean;
  /** When it is due next; also while it is paused. */
  readonly next: readonly Date[];
}

/** Schedules of deployed flows. Of what `scope` does not reach nothing is told: not_found. */
export interface Schedules {
  /** By id; `next` holds one time. Throws invalid_request for a cursor that is none. */
  list(
    filter: { readonly flow?: string; readonly environment?: string; readonly scope: FlowScope },
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<{ readonly items: readonly ScheduleView[]; readonly next: string | null }>;
  /** `next` holds ten times. Throws not_found. */
  get(id: string, scope: FlowScope): Promise<ScheduleView>;
  /** Pauses or resumes; kept over deployments. `applied` is false when Temporal is away: then it is told later. Throws not_found. */
  pause(id: string, scope: FlowScope, paused: boolean): Promise<ScheduleView>;
  /** Runs it now, by its overlap policy, also while it is paused. Throws not_found, temporal_unavailable. */
  trigger(id: string, scope: FlowScope): Promise<void>;
}
