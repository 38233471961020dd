import type { StepLower } from '../step-lower.ts';
import { lowerDuration, optional } from '../value.ts';

export const lowerApprove: StepLower<'approve'> = ({ settings }) => ({
  title: settings.title.ir,
  ...optional('to', settings.to, (value) => value.ir),
  ...optional('form', settings.form, (form) => form),
  ...optional('settingsTimeout', settings.timeout, lowerDuration),
  onTimeout: settings.onTimeout ?? 'fail',
});
