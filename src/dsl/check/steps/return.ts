import { readValue } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const checkReturn: StepCheck<'return'> = {
  settings: [],
  read: (context, node) => ({ value: readValue(context, node) }),
  walk(settings, walk) {
    walk.use(settings.value);
    walk.returns();
  },
};
