import type { StepLower } from '../step-lower.ts';

export const lowerSwitch: StepLower<'switch'> = ({ settings }, context) => ({
  on: settings.on?.ir ?? null,
  cases: settings.cases.map((each) => ({ when: each.when.map((value) => value.ir), do: context.steps(each.do) })),
  default: settings.default === undefined ? null : context.steps(settings.default),
});
