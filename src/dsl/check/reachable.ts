import type { CheckContext } from './context.ts';
import type { StepModel } from './model.ts';

/** How a step always ends: `return` leaves the flow, `fail` leaves the block unless it is caught. */
type Ends = 'return' | 'fail' | null;

/** Reports the first step of a block that can't be reached because the one before it never goes on. */
export function checkReachable(context: CheckContext, steps: readonly StepModel[]): void {
  const at = steps.findIndex((step) => endOf(step) !== null);
  const next = at < 0 ? undefined : steps[at + 1];
  const last = steps[at];
  if (next === undefined || last === undefined) return;
  const name = last.id === null ? 'the step before it' : `\`${last.id}\``;
  context.reporter.value(
    'WEIR2016',
    next.node,
    `This step is never reached: ${name} always ends with \`${endOf(last) ?? 'fail'}\`.`,
  );
}

function endOf(step: StepModel): Ends {
  if (step.modifiers.if !== undefined) return null;
  const end = endOfKind(step);
  const caught = step.modifiers.onError !== undefined || step.modifiers.continueOnError === true;
  return end === 'fail' && caught ? null : end;
}

function endOfKind(step: StepModel): Ends {
  switch (step.kind) {
    case 'return':
      return 'return';
    case 'fail':
      return 'fail';
    case 'do':
      return endOfBlock(step.settings.steps);
    case 'conditional':
      return endOfAll([...step.settings.arms.map((arm) => arm.then), step.settings.else ?? []]);
    case 'switch':
      return endOfAll([...step.settings.cases.map((each) => each.do), step.settings.default ?? []]);
    default:
      return null;
  }
}

function endOfBlock(steps: readonly StepModel[]): Ends {
  for (const step of steps) {
    const end = endOf(step);
    if (end !== null) return end;
  }
  return null;
}

/** What all arms have in common; a `fail` in one makes it possible to go on from an `on_error` around. */
function endOfAll(arms: readonly (readonly StepModel[])[]): Ends {
  const ends = arms.map(endOfBlock);
  if (ends.some((end) => end === null)) return null;
  return ends.every((end) => end === 'return') ? 'return' : 'fail';
}
