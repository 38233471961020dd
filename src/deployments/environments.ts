import type { JsonObject } from '../dsl/ir/json.ts';

export interface Environment {
  readonly name: string;
  readonly rank: number;
  readonly config: JsonObject;
  readonly runsLatest: boolean;
  readonly promotesFrom: string | null;
}

export interface Environments {
  list(): Promise<readonly Environment[]>;
  /** Throws environment_not_found. */
  get(name: string): Promise<Environment>;
  /** Makes or changes one; what is left out stays, or has its default. */
  put(name: string, change: Partial<Omit<Environment, 'name'>>): Promise<Environment>;
}
