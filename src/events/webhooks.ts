import type { Principal } from '../auth/principal.ts';
import type { Json } from '../dsl/ir/json.ts';

/** A call of a webhook, as it came over the wire. */
export interface WebhookCall {
  readonly name: string;
  /** In capitals. */
  readonly method: string;
  readonly headers: Headers;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Who calls, by a credential: asked for only where a webhook takes one in place of a signature. Throws unauthenticated. */
  readonly caller: () => Promise<Principal>;
}

export interface WebhookReceipt {
  /** Id of the delivery: the same one counts once. */
  readonly delivery: string;
  /** Started by it; empty while that is still to be done, and when no flow took it. */
  readonly executions: readonly string[];
  /** True when it is stored, but not yet delivered. */
  readonly pending: boolean;
  /** The flow's output, where its trigger answers with it and it came within 30 s. */
  readonly result?: { readonly output: Json };
}

export interface Webhooks {
  /**
   * Checks the signature, stores the delivery, and starts the flows; durable when it resolves. The same delivery id counts once and
   * gives the first outcome. Throws not_found, method_not_allowed, webhook_signature, webhook_unavailable, unauthenticated,
   * invalid_json, store_unavailable.
   */
  receive(call: WebhookCall): Promise<WebhookReceipt>;
}
