import type { StepLower } from '../step-lower.ts';

export const lowerConditional: StepLower<'conditional'> = ({ settings }, context) => ({
  arms: settings.arms.map((arm) => ({ if: arm.if.ir, then: context.steps(arm.then) })),
  else: settings.else === undefined ? null : context.steps(settings.else),
});
