import type { CommandFunction } from '../command.ts';
import { readJsonArgument } from '../json-argument.ts';
import { steer } from '../steer.ts';

/** Sends an event to one execution. */
export const signal: CommandFunction = async (context) => {
  const type = context.args[1] ?? '';
  const argument = context.options.text('data');
  const data = argument === null ? {} : await readJsonArgument(context.io, argument, '--data');
  return steer(context, { path: 'signal', body: { type, data }, done: `Sent ${type} to` });
};
