import type { Json } from '../dsl/ir/json.ts';

/** A call of a webhook, as it came over the wire. */
export interface WebhookCall {
  readonly name: string;
  readonly method: string;
  readonly headers: Headers;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Webhooks {
  /**
   * Checks the signature, stores the delivery, and starts the flow; durable when it resolves. The same delivery id counts once.
   * `result`: the flow's output where its trigger answers with it. Throws not_found, unauthenticated for a bad signature, invalid_request.
   */
  receive(call: WebhookCall): Promise<{
    readonly delivery: string;
    readonly executions: readonly string[];
    readonly result?: Json;
  }>;
}
