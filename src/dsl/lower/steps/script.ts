import type { StepLower } from '../step-lower.ts';
import { lowerDuration, lowerValue } from '../value.ts';

/** One try, as for a call. */
const DEFAULT_TIMEOUT_MS = 30_000;

export const lowerScript: StepLower<'script'> = ({ settings }) => ({
  runtime: settings.runtime,
  source: settings.source,
  input: lowerValue(settings.input, null),
  settingsTimeout: lowerDuration(settings.timeout ?? DEFAULT_TIMEOUT_MS),
});
