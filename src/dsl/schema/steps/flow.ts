import { BOOLEAN, record, setting, TEXT, VALUE } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const flowStepSchema: KindSchema = {
  description: 'Runs another flow: `name` or `name@range`.',
  anyOf: [
    TEXT,
    record(
      {
        name: setting('`name` or `name@range`.', TEXT),
        input: setting('Its input.', VALUE),
        wait: setting(
          'Whether to wait for its end. Default true; without waiting the result is `{ execution_id }`.',
          BOOLEAN,
        ),
      },
      { required: ['name'] },
    ),
  ],
};
