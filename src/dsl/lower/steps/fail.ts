import type { StepLower } from '../step-lower.ts';
import { lowerValue } from '../value.ts';

export const lowerFail: StepLower<'fail'> = ({ settings: { error } }) => ({
  error:
    error === null
      ? null
      : { code: error.code.ir, message: error.message?.ir ?? error.code.ir, details: lowerValue(error.details, null) },
});
