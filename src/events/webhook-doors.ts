import type { FlowIr } from '../dsl/ir/flow.ts';
import { isWebhook } from './match-trigger.ts';
import type { TriggeredFlow } from './triggered-flow.ts';
import type { WebhookScheme } from './verify-webhook.ts';

/** One flow, in one environment, that a webhook of a name leads to, and what it asks of a call. */
export interface WebhookDoor {
  readonly flow: FlowIr;
  readonly environment: string | null;
  readonly method: string;
  /** `caller`: a credential that may execute the flow. */
  readonly verify: WebhookScheme | 'none' | 'caller';
  /** Name of the secret; null where none is named. */
  readonly secret: string | null;
  readonly respond: 'accepted' | 'result';
}

/**
 * What a webhook of that name leads to. A trigger that says nothing of a signature and names no secret, and a flow's own webhook
 * (`trigger: webhook.received`), ask for a credential; one that names a secret is signed as Standard Webhooks are. Of a split
 * every version counts that has the trigger.
 */
export function webhookDoors(name: string, running: readonly TriggeredFlow[]): readonly WebhookDoor[] {
  return running.flatMap(({ flow, environment }) =>
    flow.triggers.flatMap((trigger): WebhookDoor[] => {
      if (!isWebhook(trigger, flow, name)) return [];
      // The compiler has checked the words.
      const {
        method = 'POST',
        verify,
        secret,
        respond = 'accepted',
      } = (trigger.on === 'webhook' ? trigger : {}) as {
        readonly method?: string;
        readonly verify?: WebhookScheme | 'none';
        readonly secret?: string;
        readonly respond?: 'accepted' | 'result';
      };
      const by = verify ?? (secret === undefined ? 'caller' : 'standard');
      return [{ flow, environment, method, verify: by, secret: secret ?? null, respond }];
    }),
  );
}
