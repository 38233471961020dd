import { COUNT, record, ref, setting } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

const BRANCHES = { type: 'array', minItems: 1, items: ref('branch') };

export const parallelSchema: KindSchema = {
  description: 'Runs branches at the same time. The result maps each branch to its result.',
  anyOf: [
    BRANCHES,
    record(
      {
        branches: setting('A branch is a step, `name: [steps]`, or a list of steps.', BRANCHES),
        join: setting(
          'What to wait for: `all` (default), `any` (first success), `race` (first end), `settled` (every end), or a number of successes.',
          {
            anyOf: [{ enum: ['all', 'any', 'race', 'settled'] }, { type: 'integer', minimum: 1 }],
          },
        ),
        on_failure: setting('For `all`: `cancel` the other branches (default), or `wait` for them.', {
          enum: ['cancel', 'wait'],
        }),
        max_concurrency: setting('How many branches run at once.', COUNT),
      },
      { required: ['branches'] },
    ),
  ],
};
