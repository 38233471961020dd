import type { StepLower } from '../step-lower.ts';
import { lowerCount, lowerDuration, optional } from '../value.ts';

/** dsl.md, section 2. */
const DEFAULT_MAX = 100;

export const lowerRepeat: StepLower<'repeat'> = ({ settings }, context) => ({
  do: context.steps(settings.do),
  ...optional('until', settings.until, (value) => value.ir),
  ...optional('while', settings.while, (value) => value.ir),
  max: lowerCount(settings.max ?? DEFAULT_MAX),
  ...optional('delay', settings.delay, lowerDuration),
  onMax: settings.onMax ?? 'fail',
});
