import { usageError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { readJsonArgument } from '../json-argument.ts';
import { steer } from '../steer.ts';

/** Decides an open approval. */
export const decide: CommandFunction = async (context) => {
  const { io, args, options } = context;
  const approved = options.flag('approve');
  if (approved === options.flag('reject')) throw usageError('Say which: --approve or --reject');
  const form = options.text('form');
  const comment = options.text('comment');
  const body = {
    approved,
    ...(comment === null ? {} : { comment }),
    ...(form === null ? {} : { form: await readJsonArgument(io, form, '--form') }),
  };
  const step = args[1] ?? '';
  return steer(context, {
    path: `steps/${encodeURIComponent(step)}/decision`,
    body,
    done: `${approved ? 'Approved' : 'Rejected'} ${step} of`,
  });
};
