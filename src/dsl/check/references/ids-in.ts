import type { Handler, StepModel } from '../model.ts';

/** Ids of all steps of a block, at every depth. */
export function idsIn(steps: readonly StepModel[]): string[] {
  return steps.flatMap((step) => [...(step.id === null ? [] : [step.id]), ...childBlocks(step).flatMap(idsIn)]);
}

/** Every block of steps that stands directly in a step: of its kind, and of its modifiers. */
export function childBlocks(step: StepModel): (readonly StepModel[])[] {
  const { onError, finally: last, compensate } = step.modifiers;
  return [...blocksOfKind(step), ...handlerBlocks(onError), last ?? [], compensate ?? []];
}

export function handlerBlocks(handlers: readonly Handler[] | undefined): (readonly StepModel[])[] {
  return (handlers ?? []).map((handler) => handler.steps);
}

function blocksOfKind(step: StepModel): (readonly StepModel[])[] {
  switch (step.kind) {
    case 'parallel':
      return step.settings.branches.map((branch) => branch.steps);
    case 'conditional':
      return [...step.settings.arms.map((arm) => arm.then), step.settings.else ?? []];
    case 'switch':
      return [...step.settings.cases.map((each) => each.do), step.settings.default ?? []];
    case 'foreach':
    case 'repeat':
      return [step.settings.do];
    case 'do':
      return [step.settings.steps];
    case 'wait_for':
      return [step.settings.onTimeout ?? []];
    default:
      return [];
  }
}
