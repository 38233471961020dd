import { Evaluator, ExpressionError } from '../dsl/expressions/index.ts';
import type { FlowIr, TriggerIr } from '../dsl/ir/flow.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { TriggerEvent } from '../workflows/contract.ts';
import { matches } from '../workflows/interpreter/match.ts';

type EventTrigger = Extract<TriggerIr, { on: 'event' }>;

/**
 * The input that an event starts a flow with: by the first trigger of its type whose `match` fits. Null when none does; `error` when the
 * trigger's `input` can't be worked out.
 */
export function triggeredInput(
  flow: FlowIr,
  event: TriggerEvent,
): { readonly value: Json } | { readonly error: string } | null {
  const trigger = flow.triggers.find(
    (one): one is EventTrigger =>
      one.on === 'event' && one.type === event.type && matches(event.data, one.match ?? null),
  );
  if (trigger === undefined) return null;
  if (trigger.input === undefined) return { value: event.data };
  try {
    return { value: new Evaluator().resolve(trigger.input, (root) => (root === 'trigger' ? { ...event } : undefined)) };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.message };
    throw error;
  }
}
