import type { JsonObject } from '../dsl/ir/json.ts';

export interface OpenApproval {
  readonly execution_id: string;
  readonly flow: string;
  readonly step: string;
  readonly to: readonly string[];
  readonly title: string | null;
  readonly form: JsonObject | null;
  readonly since: string;
  readonly until: string | null;
}

export interface Approvals {
  /** Open approvals that the caller may decide, oldest first. */
  forMe(): Promise<readonly OpenApproval[]>;
}
