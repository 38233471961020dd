import type { StepLower } from '../step-lower.ts';

export const lowerFlowStep: StepLower<'flow'> = ({ settings }) => ({
  ref: settings.ref.ir,
  input: settings.input.ir,
  wait: settings.wait,
});
