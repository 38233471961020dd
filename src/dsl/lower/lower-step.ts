import type { Duration, Handler, Modifiers, StepModel, StepOf } from '../check/model.ts';
import type { DurationIr, HandlerIr, StepBase, StepIr, StepKind } from '../ir/index.ts';
import type { LowerContext } from './context.ts';
import { mergeRetry } from './retry.ts';
import { waitsForCallback } from './steps/call.ts';
import { STEP_LOWERS } from './steps/index.ts';
import { lowerDuration, optional } from './value.ts';

export function lowerStep(step: StepModel, context: LowerContext): StepIr {
  // The common part and the kind's part make one member of the union; TypeScript can't follow the generic that far.
  return { ...lowerBase(step, context), kind: step.kind, ...lowerKind(step, context) } as StepIr;
}

export function lowerHandler(handler: Handler, context: LowerContext): HandlerIr {
  const { match } = handler;
  return {
    match:
      match === null
        ? null
        : {
            ...optional('codes', match.codes, same),
            ...optional('statuses', match.statuses, same),
            ...optional('if', match.if, (value) => value.ir),
          },
    do: context.steps(handler.steps),
  };
}

function lowerKind<K extends StepKind>(step: StepOf<K>, context: LowerContext): object {
  return STEP_LOWERS[step.kind](step, context);
}

function lowerBase(step: StepModel, context: LowerContext): StepBase {
  const { modifiers } = step;
  const { needs } = modifiers;
  return {
    key: step.id ?? step.position,
    id: step.id,
    line: context.lineOf(step.node.start),
    ...optional('description', modifiers.description, same),
    ...optional('if', modifiers.if, (value) => value.ir),
    ...optional('needs', needs, (all) => all.map((need) => need.id)),
    ...(step.kind === 'call' || modifiers.retry === undefined ? {} : { retry: mergeRetry(modifiers.retry) }),
    ...optional('timeout', timeoutOf(step, modifiers, context), (timeout): DurationIr => lowerDuration(timeout)),
    ...optional('onError', modifiers.onError, context.handlers),
    ...(modifiers.continueOnError === true ? { continueOnError: true as const } : {}),
    ...optional('finally', modifiers.finally, context.steps),
    ...optional('compensate', modifiers.compensate, context.steps),
    ...(modifiers.sensitive === true ? { sensitive: true as const } : {}),
  };
}

/** `defaults.timeout` is for every call that has none of its own, but never bounds a wait for a callback. */
function timeoutOf(step: StepModel, modifiers: Modifiers, context: LowerContext): Duration | undefined {
  if (modifiers.timeout !== undefined || step.kind !== 'call') return modifiers.timeout;
  return waitsForCallback(step) ? undefined : context.defaults.timeout;
}

function same<T>(value: T): T {
  return value;
}
