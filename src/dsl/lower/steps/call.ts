import type { CallTarget, Modifiers } from '../../check/model.ts';
import { mapValue } from '../../check/read/value.ts';
import type { CallTargetIr, IdempotencyIr } from '../../ir/index.ts';
import type { LowerContext } from '../context.ts';
import { DEFAULT_ATTEMPT_TIMEOUT_MS, manifestAttemptTimeout, manifestRetry } from '../manifest-defaults.ts';
import { mergeRetry } from '../retry.ts';
import type { StepLower } from '../step-lower.ts';
import { literalIr, lowerDuration, optional } from '../value.ts';

/** dsl.md, section 7: 24 hours. */
const DEFAULT_CALLBACK_TIMEOUT_MS = 24 * 60 * 60 * 1000;

export const lowerCall: StepLower<'call'> = (step, context) => {
  const { modifiers } = step;
  const [first, ...rest] = step.settings.targets;
  if (first === undefined)
    throw new Error(`The call ${step.position} has no target: it should not have passed the checks.`);
  return {
    targets: [lowerTarget(first, modifiers, context), ...rest.map((target) => lowerTarget(target, modifiers, context))],
    awaitCallback: modifiers.awaitCallback ?? false,
    callbackTimeout: lowerDuration(modifiers.callbackTimeout ?? DEFAULT_CALLBACK_TIMEOUT_MS),
    ...optional('idempotencyKey', modifiers.idempotencyKey, (key) => key.ir),
    local: modifiers.local ?? false,
  };
};

function lowerTarget(target: CallTarget, modifiers: Modifiers, context: LowerContext): CallTargetIr {
  const { definition, manifest } = target;
  const attemptTimeout =
    modifiers.attemptTimeout ??
    context.defaults.attemptTimeout ??
    manifestAttemptTimeout(definition) ??
    DEFAULT_ATTEMPT_TIMEOUT_MS;
  return {
    adapter: typeof target.adapter === 'string' ? literalIr(target.adapter) : target.adapter.ir,
    action: target.action,
    idempotency: lowerIdempotency(target),
    completion: definition?.completion ?? 'sync',
    retry: mergeRetry(manifestRetry(definition), context.defaults.retry, modifiers.retry),
    attemptTimeout: lowerDuration(attemptTimeout),
    params: mapValue(target.params),
    ...optional('pin', manifest, (known) => known.hash),
  };
}

/** An adapter that is computed could be any, so nothing is assumed of it. */
function lowerIdempotency(target: CallTarget): IdempotencyIr {
  const idempotency = target.definition?.idempotency ?? 'none';
  return typeof idempotency === 'string' ? idempotency : { methodParam: idempotency.method_param };
}

/** Whether the call waits for a callback; the flow's `defaults.timeout` never bounds that wait. */
export function waitsForCallback(step: {
  settings: { targets: readonly CallTarget[] };
  modifiers: Modifiers;
}): boolean {
  return (
    step.modifiers.awaitCallback === true ||
    step.settings.targets.some((target) => target.definition?.completion === 'callback')
  );
}
