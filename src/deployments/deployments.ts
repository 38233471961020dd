import type { FlowScope } from '../auth/authorize.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { StoredFlow } from '../flows/flow-store.ts';
import type { DeployedVersion } from '../store/schema/deployments.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';

/** A revision of what runs of a flow in an environment; the highest counts. Never changed, only followed by another one. */
export interface Deployment {
  readonly id: string;
  readonly flow: string;
  readonly environment: string;
  /** From 1, without gaps, for each flow and environment. */
  readonly revision: number;
  /** Empty: undeployed. */
  readonly versions: readonly DeployedVersion[];
  readonly splitKey: string | null;
  readonly rolledBackTo: number | null;
  readonly comment: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** As people call them. */
  readonly createdByName: string;
}

export interface DeploymentRequest {
  /** One version, or up to 10 with weights (1 to 10,000, default 1). Versions or ranges; they are resolved now. */
  readonly versions: readonly { readonly version: string; readonly weight?: number }[];
  /** CEL over `$input`; the same value gets the same version. */
  readonly splitKey?: string;
  readonly comment?: string;
}
export interface ChangeOptions {
  /** Revision that the caller has seen, 0 for none; another one by now is a version_conflict. */
  readonly ifRevision?: number;
}
/** `changed`: false where it ran like that already: no revision was made. */
export interface Deployed extends Deployment {
  readonly changed: boolean;
}

/** How executions of one version went. */
export interface VersionOutcome {
  readonly version: string;
  readonly count: number;
  readonly succeeded: number;
  /** Completed of ended, 0 to 1; null without an ended execution. */
  readonly successRate: number | null;
  /** Duration of ended executions; null without one. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** How many in each status that occurs. */
  readonly statuses: Readonly<Partial<Record<ExecutionStatus, number>>>;
}

export interface DeploymentFilter {
  readonly flow?: string;
  readonly environment?: string;
  /** Left out: everything of the organisation. */
  readonly scope?: FlowScope;
}
/** Newest first; `before`: the last one of the page before. */
export interface DeploymentPage {
  readonly limit: number;
  readonly before: { readonly createdAt: Date; readonly id: string } | null;
}

export interface Deployments {
  /** What runs where now: one entry a flow and environment, newest first; not what is undeployed, nor archived flows. */
  current(filter: DeploymentFilter, page?: DeploymentPage): Promise<readonly Deployment[]>;
  /** Newest first, from below revision `before`. Throws flow_not_found, environment_not_found. */
  history(
    flow: string,
    environment: string,
    page?: { readonly limit: number; readonly before: number | null },
  ): Promise<readonly Deployment[]>;
  /** Throws flow_not_found, flow_archived, version_not_found, environment_not_found, promotion_refused, version_conflict, invalid_request. */
  deploy(flow: string, environment: string, request: DeploymentRequest, options?: ChangeOptions): Promise<Deployed>;
  /**
   * Back to what ran before, or to a revision; itself a new revision. Again without `to`: further back. The promotion rule is not
   * asked: it ran here. Throws not_deployed where there is nothing to go back to, and as `deploy`.
   */
  rollBack(flow: string, environment: string, options: ChangeOptions & { readonly to?: number }): Promise<Deployed>;
  /** Nothing runs any more, except the latest version where the environment runs it. Throws not_deployed, and as `deploy`. */
  undeploy(flow: string, environment: string, options?: ChangeOptions): Promise<Deployed>;
  /** Outcome per version over archived and recent executions, by version, the highest first. */
  outcomes(
    flow: string,
    filter: { readonly environment?: string; readonly since?: Date },
  ): Promise<readonly VersionOutcome[]>;
}

/**
 * Which version of a flow an execution gets, for its environment and input: that of the request if it names one, else the deployed
 * one (of a split, by its key), else the latest where the environment runs it. Throws flow_not_found, environment_not_found, not_deployed.
 */
export type ResolveVersion = (request: {
  readonly flow: string;
  readonly version?: string;
  readonly environment: string;
  /** As it was sent, before defaults: those belong to a version. */
  readonly input: Json;
  /** What a split without a key sticks to. */
  readonly executionId: string;
}) => Promise<StoredFlow>;
