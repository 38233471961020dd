import type { AdapterManifest } from '../adapters/manifest.ts';
import type { JsonObject } from './ir/json.ts';

/** What a flow is checked against, beside the document itself. Plain data, so that compiling stays pure. */
export interface CompileEnvironment {
  /** Adapters by name. */
  readonly adapters: ReadonlyMap<string, AdapterManifest>;
  /** The organisation's action catalogue (`actions.yaml` beside the flow): bare name → call. */
  readonly actions: Readonly<Record<string, CatalogueAction>>;
  /** Versions known of each flow by name (with `-`), newest last; used for bare names and `flow` steps. */
  readonly flows: ReadonlyMap<string, readonly string[]>;
  readonly limits?: Partial<CompileLimits>;
  /** Texts of the files beside the flow by relative path, for `script: { file }`. */
  readonly files?: ReadonlyMap<string, string>;
}

export interface CatalogueAction {
  readonly adapter: string;
  readonly action?: string;
  readonly params?: JsonObject;
}

/** dsl.md, section 9. */
export interface CompileLimits {
  readonly maxSteps: number;
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxNodes: number;
}
export const DEFAULT_LIMITS: CompileLimits = {
  maxSteps: 50,
  maxBytes: 256 * 1024,
  maxDepth: 32,
  maxAliases: 100,
  maxNodes: 10_000,
};
