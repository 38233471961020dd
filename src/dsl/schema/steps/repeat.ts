import { CONDITION, COUNT, DURATION, record, setting, SOME_STEPS } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const repeatSchema: KindSchema = {
  description: 'Runs steps again and again. The result is that of the last round.',
  ...record(
    {
      do: setting('Steps of each round.', SOME_STEPS),
      until: setting('Tested after each round: stops when true.', CONDITION),
      while: setting('Tested before each round: stops when false.', CONDITION),
      max: setting('The most rounds. Default 100.', COUNT),
      delay: setting('Pause between rounds.', DURATION),
      on_max: setting('After the last round: `fail` (default) or `continue`.', { enum: ['fail', 'continue'] }),
    },
    { required: ['do'], oneOf: [{ required: ['until'] }, { required: ['while'] }] },
  ),
};
