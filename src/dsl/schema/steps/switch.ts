import { EXPRESSION, record, setting, STEPS, VALUE } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const switchSchema: KindSchema = {
  description: 'Runs the first case that matches, and no other.',
  ...record(
    {
      on: setting('The value that cases are compared with. Without it each `when` is a condition.', EXPRESSION),
      cases: setting('Cases, tried in order.', {
        type: 'array',
        minItems: 1,
        items: record(
          {
            when: setting('With `on`: a value, or a list of values. Without: a condition.', VALUE),
            do: setting('Steps of this case.', STEPS),
          },
          { required: ['when', 'do'] },
        ),
      }),
      default: setting('Steps to run when no case matches.', STEPS),
    },
    { required: ['cases'] },
  ),
};
