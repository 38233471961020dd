import type { StepLower } from '../step-lower.ts';
import { lowerCount, optional } from '../value.ts';

export const lowerParallel: StepLower<'parallel'> = ({ settings }, context) => ({
  branches: settings.branches.map((branch) => ({
    id: branch.id,
    steps: context.steps(branch.steps),
    needs: branch.needs,
  })),
  join: settings.join ?? 'all',
  onFailure: settings.onFailure ?? 'cancel',
  ...optional('maxConcurrency', settings.maxConcurrency, lowerCount),
});
