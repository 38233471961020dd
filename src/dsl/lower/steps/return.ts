import type { StepLower } from '../step-lower.ts';

export const lowerReturn: StepLower<'return'> = ({ settings }) => ({ value: settings.value.ir });
