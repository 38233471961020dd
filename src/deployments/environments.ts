import type { JsonObject } from '../dsl/ir/json.ts';

export interface Environment {
  readonly name: string;
  /** Place in lists; the lowest first. */
  readonly rank: number;
  /** `$config` of executions in it: JSON of at most 64 KiB, no secrets. */
  readonly config: JsonObject;
  /** Without a deployment the latest version of a flow runs. False: only what is deployed. */
  readonly runsLatest: boolean;
  /** A version must have been deployed there before it may be deployed here. */
  readonly promotesFrom: string | null;
}
export type EnvironmentChange = Partial<Omit<Environment, 'name'>>;

export interface Environments {
  /** By rank. */
  list(): Promise<readonly Environment[]>;
  /** Throws environment_not_found. */
  get(name: string): Promise<Environment>;
  /**
   * Makes or changes one; what is left out stays, or has its default. Throws invalid_request for a config that is too large or
   * looks like secrets, and for a `promotesFrom` that is not there or leads in a circle.
   */
  put(name: string, change: EnvironmentChange): Promise<Environment>;
}
