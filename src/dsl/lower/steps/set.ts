import type { StepLower } from '../step-lower.ts';

export const lowerSet: StepLower<'set'> = ({ settings }) => ({
  entries: settings.entries.map(({ key, value }) => ({ key, value: value.ir })),
});
