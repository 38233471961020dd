import type { FlowModel, StepModel } from '../check/model.ts';
import { mapValue } from '../check/read/value.ts';
import { childBlocks, handlerBlocks } from '../check/references/ids-in.ts';
import type { FlowIr } from '../ir/index.ts';
import type { LowerContext } from './context.ts';
import { deepFreeze } from './deep-freeze.ts';
import { flowHash } from './flow-hash.ts';
import { lowerHandler, lowerStep } from './lower-step.ts';
import { lowerCount, lowerDuration, lowerValue, optional } from './value.ts';

/** The registry gives versions; until then a flow has this one. */
const NO_VERSION = '0.0.0';

/** The checked flow as immutable IR, all defaults filled in, with its hash. */
export function lower(flow: FlowModel, lineOf: (offset: number) => number): FlowIr {
  const context: LowerContext = {
    defaults: flow.defaults,
    lineOf,
    steps: (steps) => steps.map((step) => lowerStep(step, context)),
    handlers: (handlers) => handlers.map((handler) => lowerHandler(handler, context)),
  };
  const all = allSteps(flow);
  const content: Omit<FlowIr, 'hash'> = {
    ir: 1,
    name: flow.name,
    version: flow.version ?? NO_VERSION,
    ...optional('title', flow.title, same),
    ...optional('description', flow.description, same),
    ...optional('category', flow.category, same),
    tags: flow.tags,
    inputs: flow.inputs,
    triggers: flow.triggers,
    vars: mapValue(flow.vars),
    steps: context.steps(flow.steps),
    output: flow.output?.ir ?? null,
    onError: flow.onError === undefined ? null : context.handlers(flow.onError),
    finally: flow.finally === undefined ? null : context.steps(flow.finally),
    timeout: flow.timeout === undefined ? null : lowerDuration(flow.timeout),
    onTimeout: flow.onTimeout ?? 'cancel',
    concurrency:
      flow.concurrency === undefined
        ? null
        : {
            limit: lowerCount(flow.concurrency.limit),
            key: lowerValue(flow.concurrency.key, ''),
            whenFull: flow.concurrency.whenFull ?? 'queue',
          },
    flowRefs: flowRefs(all),
    awaits: awaits(all),
  };
  return deepFreeze({ ...content, hash: flowHash(content) });
}

function flowRefs(steps: readonly StepModel[]): string[] {
  const refs = steps.flatMap((step) =>
    step.kind === 'flow' && step.settings.ref.ir.v === 'lit' ? [String(step.settings.ref.ir.value)] : [],
  );
  return [...new Set(refs)];
}

function awaits(steps: readonly StepModel[]): string[] {
  const types = steps.flatMap((step) => {
    if (step.kind !== 'wait_for') return [];
    const { ir } = step.settings.event;
    return [ir.v === 'lit' ? String(ir.value) : '*'];
  });
  return [...new Set(types)];
}

function allSteps(flow: FlowModel): StepModel[] {
  const inside = (steps: readonly StepModel[]): StepModel[] =>
    steps.flatMap((step) => [step, ...childBlocks(step).flatMap(inside)]);
  return [flow.steps, ...handlerBlocks(flow.onError), flow.finally ?? []].flatMap(inside);
}

function same<T>(value: T): T {
  return value;
}
