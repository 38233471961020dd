import type { StepLower } from '../step-lower.ts';

export const lowerDo: StepLower<'do'> = ({ settings }, context) => ({ steps: context.steps(settings.steps) });
