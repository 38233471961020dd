import { ActionError } from '../action-error.ts';
import type { ActionContext } from '../adapter.ts';

/** A context for calling an action directly. */
export function testContext(over: Partial<ActionContext> = {}): ActionContext {
  return {
    signal: new AbortController().signal,
    attempt: 1,
    idempotencyKey: 'exec-1:step:0',
    ownKey: false,
    execution: 'exec-1',
    step: 'step',
    environment: 'test',
    secret: (name) => Promise.resolve(`secret-of-${name}`),
    log: () => undefined,
    ...over,
  };
}

/** The ActionError that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<ActionError> {
  const ended = await call.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ('value' in ended) throw new Error(`expected a failure, got ${JSON.stringify(ended.value)}`);
  if (ended.error instanceof ActionError) return ended.error;
  throw ended.error;
}
