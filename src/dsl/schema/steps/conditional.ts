import { CONDITION, record, setting, STEPS } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const conditionalSchema: KindSchema = {
  description: 'Runs the first block whose condition is true. The result is that of its last step, `null` if none ran.',
  ...record(
    {
      if: setting("A CEL condition: `$step.category == 'billing'`.", CONDITION),
      then: setting('Steps to run when `if` is true.', STEPS),
      elif: setting('Further conditions, tried in order.', {
        type: 'array',
        items: record(
          { if: setting('A CEL condition.', CONDITION), then: setting('Steps to run when it is true.', STEPS) },
          { required: ['if', 'then'] },
        ),
      }),
      else: setting('Steps to run when no condition is true.', STEPS),
    },
    { required: ['if', 'then'] },
  ),
};
