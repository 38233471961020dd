import type { DeployedVersion } from '../store/schema/deployments.ts';
import type { StoredFlow } from '../flows/flow-store.ts';
import type { Json } from '../dsl/ir/json.ts';

export interface Deployment {
  readonly id: string;
  readonly flow: string;
  readonly environment: string;
  readonly revision: number;
  /** Empty: undeployed. */
  readonly versions: readonly DeployedVersion[];
  readonly splitKey: string | null;
  readonly rolledBackTo: number | null;
  readonly comment: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface DeploymentRequest {
  /** One version, or several with weights. Versions or ranges; they are resolved now. */
  readonly versions: readonly { readonly version: string; readonly weight?: number }[];
  /** CEL over `$input`; the same value gets the same version. */
  readonly splitKey?: string;
  readonly comment?: string;
}

/** How executions of one version went. */
export interface VersionOutcome {
  readonly version: string;
  readonly count: number;
  readonly succeeded: number;
  /** 0 to 1; null without an ended execution. */
  readonly successRate: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface Deployments {
  /** What runs where now: one entry a flow and environment. */
  current(filter: { readonly flow?: string; readonly environment?: string }): Promise<readonly Deployment[]>;
  /** Newest first. Throws flow_not_found, environment_not_found. */
  history(flow: string, environment: string): Promise<readonly Deployment[]>;
  /** Throws flow_not_found, version_not_found, environment_not_found, promotion_refused, invalid_request. */
  deploy(flow: string, environment: string, request: DeploymentRequest): Promise<Deployment>;
  /** Back to what ran before, or to a revision; itself a new revision. Throws not_deployed. */
  rollBack(flow: string, environment: string, options: { readonly to?: number }): Promise<Deployment>;
  undeploy(flow: string, environment: string): Promise<Deployment>;
  /** Outcome per version over archived and recent executions. */
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
  readonly input: Json;
  /** What a split without a key sticks to. */
  readonly executionId: string;
}) => Promise<StoredFlow>;
