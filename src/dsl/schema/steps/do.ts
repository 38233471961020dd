import { record, setting, SOME_STEPS } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const doSchema: KindSchema = {
  description: 'A block of steps, for modifiers that hold for all of them. The result is that of the last.',
  anyOf: [SOME_STEPS, record({ steps: setting('The steps of the block.', SOME_STEPS) }, { required: ['steps'] })],
};
