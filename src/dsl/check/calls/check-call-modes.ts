import type { ValueIr } from '../../ir/index.ts';
import type { CheckContext } from '../context.ts';
import type { FlowModel, StepModel, StepOf } from '../model.ts';
import { childBlocks, handlerBlocks } from '../references/ids-in.ts';

/** The longest try of a local call (dsl.md, section 2). */
const LOCAL_ATTEMPT_MS = 1000;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What can be said only of a whole call: whether it may run locally, whether somebody waits for its callback. */
export function checkCallModes(context: CheckContext, flow: FlowModel): void {
  const visit = (steps: readonly StepModel[]): void => {
    for (const step of steps) {
      if (step.kind === 'call') {
        checkLocal(context, step);
        checkCallback(context, step);
      }
      for (const block of childBlocks(step)) visit(block);
    }
  };
  for (const block of [flow.steps, flow.finally ?? [], ...handlerBlocks(flow.onError)]) visit(block);
}

function checkLocal(context: CheckContext, step: StepOf<'call'>): void {
  const { local, attemptTimeout } = step.modifiers;
  if (local !== true) return;
  const refuse = (why: string, hint?: string) =>
    context.reporter.value('WEIR2018', step.node, `This call can't run locally: ${why}.`, hint);
  if (waitsForCallback(step)) refuse('it waits for a callback');
  if (typeof attemptTimeout !== 'number' || attemptTimeout > LOCAL_ATTEMPT_MS)
    refuse('its `attempt_timeout` must be at most 1 s', 'Add `attempt_timeout: 1s`.');
  if (step.modifiers.idempotencyKey === undefined && !isIdempotent(step))
    refuse('its action is not idempotent', 'Add an `idempotency_key` if the provider honours one.');
}

function isIdempotent(step: StepOf<'call'>): boolean {
  return step.settings.targets.every((target) => {
    const idempotency = target.definition?.idempotency;
    if (typeof idempotency !== 'object') return idempotency === 'safe' || idempotency === 'key';
    const method = target.params.find((param) => param.key === idempotency.method_param)?.value.ir;
    return method?.v === 'lit' && SAFE_METHODS.has(String(method.value).toUpperCase());
  });
}

function checkCallback(context: CheckContext, step: StepOf<'call'>): void {
  if (waitsForCallback(step) || step.settings.targets.some((target) => target.definition === undefined)) return;
  if (
    !step.settings.targets.some((target) =>
      target.params.some((param) => param.optional === undefined && usesCallback(param.value.ir)),
    )
  )
    return;
  context.reporter.value(
    'WEIR4008',
    step.node,
    'This call passes `$execution.callback_url` on, but nothing waits for the callback.',
    'Add `await: callback`.',
  );
}

function waitsForCallback(step: StepOf<'call'>): boolean {
  return (
    step.modifiers.awaitCallback === true ||
    step.settings.targets.some((target) => target.definition?.completion === 'callback')
  );
}

function usesCallback(value: ValueIr): boolean {
  switch (value.v) {
    case 'callback_url':
      return true;
    case 'text':
      return value.parts.some((part) => typeof part === 'object' && 'callback_url' in part);
    case 'list':
      return value.items.some(usesCallback);
    case 'map':
      return value.entries.some((entry) => usesCallback(entry.value));
    default:
      return false;
  }
}
