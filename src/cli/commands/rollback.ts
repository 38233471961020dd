import { usageError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { steer } from '../steer.ts';

/** Takes an execution back to before a step. */
export const rollback: CommandFunction = (context) => {
  const { options } = context;
  const to = options.text('to');
  if (to === null) throw usageError('Say where to: --to STEP', 'The steps of an execution: weir executions ID');
  return steer(context, {
    path: 'rollback',
    body: { to, compensate: options.flag('compensate'), new_keys: options.flag('newKeys') },
    done: `Rolled back to ${to}`,
  });
};
