import type { Json, JsonObject } from '../dsl/ir/json.ts';

/** What the compiler, the API and the activity know of an adapter, coded or described by YAML alone. */
export interface AdapterManifest {
  /** `[a-z][a-z0-9_]*` */
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  /** The action meant when a call names the adapter only and no action is named like the step id. */
  readonly default_action?: string;
  readonly actions: Readonly<Record<string, ActionManifest>>;
  /** SHA-256 over the canonical manifest. */
  readonly hash: string;
}

export interface ActionManifest {
  readonly title?: string;
  readonly description?: string;
  /** JSON Schema (2020-12) of params and of the result. */
  readonly input?: JsonObject;
  readonly output?: JsonObject;
  /** Params filled in when left out; values may be expressions over `$input` and `$trigger`. */
  readonly defaults?: JsonObject;
  /** `safe`, `key` (sends the provider's idempotency key), `none` (default), or decided by the HTTP method in a param. */
  readonly idempotency: 'safe' | 'key' | 'none' | { readonly method_param: string };
  readonly completion: 'sync' | 'callback';
  /** JSON Schema of a callback's payload. */
  readonly callback_schema?: JsonObject;
  /** As `retry` in a flow; merged under the flow's. */
  readonly retry?: JsonObject | false;
  /** As `attempt_timeout` in a flow: `30s`. */
  readonly attempt_timeout?: string;
  readonly example?: Json;
}
