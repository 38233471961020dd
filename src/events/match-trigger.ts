import { Evaluator, ExpressionError } from '../dsl/expressions/index.ts';
import type { FlowIr, TriggerIr } from '../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { TriggerEvent } from '../workflows/contract.ts';
import { matches } from '../workflows/interpreter/match.ts';
import type { Arrival } from './arrival.ts';
import { environmentOf } from './environment-header.ts';

/** Type of the events that calls of webhooks become; as a trigger of its own it means the webhook named like the flow. */
export const WEBHOOK_TYPE = 'webhook.received';
const WEBHOOK_SOURCE = '/webhooks/';
export const webhookSource = (name: string): string => `${WEBHOOK_SOURCE}${name}`;

/** Input for a start, or why it can't be worked out. */
export type TriggerInput = { readonly value: Json } | { readonly error: string };

/** The first trigger of a flow that an arrival fires. Undefined when none does. */
export function matchTrigger(flow: FlowIr, arrival: Arrival): TriggerIr | undefined {
  return flow.triggers.find((trigger) => fires(trigger, flow, arrival));
}

/** The input that a trigger makes of an event: by its `input`, else the event's data. */
export function triggerInput(trigger: TriggerIr, event: TriggerEvent): TriggerInput {
  if (trigger.input === undefined) return { value: event.data };
  try {
    return { value: new Evaluator().resolve(trigger.input, (root) => (root === 'trigger' ? { ...event } : undefined)) };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.message };
    throw error;
  }
}

function fires(trigger: TriggerIr, flow: FlowIr, { kind, event }: Arrival): boolean {
  switch (kind) {
    case 'event':
      // A flow can't play somebody else's webhook, which asks for a credential.
      if (event.type === WEBHOOK_TYPE && environmentOf(event) !== null) return false;
      return trigger.on === 'event' && trigger.type === event.type && matches(event.data, trigger.match ?? null);
    case 'webhook':
      return isWebhook(trigger, flow, event.source.slice(WEBHOOK_SOURCE.length));
    case 'flow_ended': {
      const { flow: name, status } = event.data as JsonObject; // made by flowEndedEvent
      return trigger.on === 'flow' && trigger.flow === name && trigger.state === endState(String(status));
    }
    case 'schedule':
      return false; // Temporal fires them
  }
}

/** Whether this trigger is the webhook of that name: a named one, or the flow's own. */
export function isWebhook(trigger: TriggerIr, flow: Pick<FlowIr, 'name'>, name: string): boolean {
  if (trigger.on === 'webhook') return trigger.webhook === name;
  return trigger.on === 'event' && trigger.type === WEBHOOK_TYPE && flow.name === name;
}

/** What an end is to a `flow` trigger. Cancelled and terminated are somebody's decision: null, they trigger nothing. */
export function endState(status: string): 'completed' | 'failed' | null {
  if (status === 'completed') return 'completed';
  return status === 'failed' || status === 'timed_out' ? 'failed' : null;
}
