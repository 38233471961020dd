import type { StepLower } from '../step-lower.ts';
import { lowerCount } from '../value.ts';

export const lowerForeach: StepLower<'foreach'> = ({ settings }, context) => ({
  in: settings.in.ir,
  as: settings.as ?? 'item',
  do: context.steps(settings.do),
  concurrency: lowerCount(settings.concurrency ?? 1),
  onFailure: settings.onFailure ?? 'fail',
});
