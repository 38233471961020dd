export interface ScheduleView {
  readonly id: string;
  readonly flow: string;
  readonly environment: string;
  readonly schedule: string;
  readonly timezone: string;
  readonly overlap: string;
  readonly catchup: string | null;
  readonly paused: boolean;
  readonly next: readonly Date[];
}

/** Schedules of deployed flows. */
export interface Schedules {
  list(filter: { readonly flow?: string; readonly environment?: string }): Promise<readonly ScheduleView[]>;
  /** Throws not_found. */
  pause(id: string, paused: boolean): Promise<ScheduleView>;
}
