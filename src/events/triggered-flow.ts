import type { FlowIr } from '../dsl/ir/flow.ts';

/** A flow version whose triggers count in an environment. */
export interface TriggeredFlow {
  readonly flow: FlowIr;
  /** Null where there are no environments: flows served from a folder. */
  readonly environment: string | null;
  /** Its part of a split; 1 where it is the only one. */
  readonly weight: number;
  /** False: the latest version, in the environment that runs it without a deployment. */
  readonly deployed: boolean;
}
