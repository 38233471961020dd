import type { StepLower } from '../step-lower.ts';
import { lowerValue } from '../value.ts';

export const lowerEmit: StepLower<'emit'> = ({ settings }) => ({
  type: settings.type.ir,
  data: lowerValue(settings.data, {}),
});
