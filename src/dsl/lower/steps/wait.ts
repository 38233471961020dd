import type { StepLower } from '../step-lower.ts';
import { lowerDuration, optional } from '../value.ts';

export const lowerWait: StepLower<'wait'> = ({ settings }) => ({
  ...optional('for', settings.for, lowerDuration),
  ...optional('until', settings.until, (value) => value.ir),
});
