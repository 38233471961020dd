import { COUNT, record, setting, SOME_STEPS, TEXT } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const foreachSchema: KindSchema = {
  description:
    "Runs steps for each item of a list or map. `$item` and `$index` are this round's. The result is a list in the order of the input.",
  ...record(
    {
      in: setting('A list, or a map (items `{ key, value }`): an expression or a literal.', {
        type: ['string', 'array', 'object'],
      }),
      as: setting('Name of the item, in place of `$item`.', TEXT),
      do: setting('Steps for each item.', SOME_STEPS),
      concurrency: setting('How many rounds run at once. Default 1.', COUNT),
      on_failure: setting('`fail` (default), or `continue`: a failed round is `{ error }` in the result.', {
        enum: ['fail', 'continue'],
      }),
    },
    { required: ['in', 'do'] },
  ),
};
