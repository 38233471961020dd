import type { StepLower } from '../step-lower.ts';
import { lowerDuration, optional } from '../value.ts';

export const lowerWaitFor: StepLower<'wait_for'> = ({ settings }, context) => ({
  event: settings.event.ir,
  ...optional('match', settings.match, (value) => value.ir),
  ...optional('settingsTimeout', settings.timeout, lowerDuration),
  onTimeout: settings.onTimeout === undefined ? null : context.steps(settings.onTimeout),
});
