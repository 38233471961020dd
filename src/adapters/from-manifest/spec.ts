import type { Json, JsonObject } from '../../dsl/ir/json.ts';

/** An adapter described by YAML alone, as its file says it (checked against {@link ../manifest-schema}). */
export interface AdapterSpec {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  /** May hold `${env:NAME}` or `${env:NAME:-default}`, read when a call is made. */
  readonly base_url: string;
  readonly auth?: AuthSpec;
  readonly headers?: Readonly<Record<string, string>>;
  readonly default_action?: string;
  readonly actions: Readonly<Record<string, ActionSpec>>;
}

/** Values may hold `$secrets.NAME` or `${env:NAME}`. */
export type AuthSpec =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'api_key'; readonly header?: string; readonly query?: string; readonly value: string };

export interface ActionSpec {
  readonly title?: string;
  readonly description?: string;
  /** Default POST. */
  readonly method?: string;
  /** `/orders/{id}`: params in braces, URL-encoded. */
  readonly path: string;
  /** Values with params in braces. A value that is exactly one `{param}` keeps its type. */
  readonly query?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the params not used elsewhere, as a JSON body for POST, PUT, PATCH and as query for the others. null: no body. */
  readonly body?: Json;
  readonly input?: JsonObject;
  readonly output?: JsonObject;
  readonly defaults?: JsonObject;
  /** Default: `safe` for GET and HEAD, else `none`. `key` names the header of the provider's idempotency key. */
  readonly idempotency?: 'safe' | 'none' | { readonly key: string };
  readonly completion?: 'sync' | 'callback';
  readonly callback_schema?: JsonObject;
  readonly retry?: JsonObject | false;
  readonly attempt_timeout?: string;
  readonly errors?: readonly ErrorRule[];
  /** JSON pointer to the result in the answer's body. Default the whole body. */
  readonly result?: string;
  readonly example?: Json;
}

/** The first rule whose `status` and `when` both hold names the error. A rule without `status` also judges good answers. */
export interface ErrorRule {
  readonly status?: number | string | readonly (number | string)[];
  readonly when?: { readonly pointer: string; readonly equals: Json };
  readonly code: string | { readonly pointer: string };
  readonly message?: string | { readonly pointer: string };
  readonly retryable?: boolean;
}
