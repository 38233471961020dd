import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { readJsonArgument } from '../json-argument.ts';

/** Starts a new execution from an ended one. */
export const rerun: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  const [from, version, input] = [options.text('from'), options.text('version'), options.text('input')];
  const body = {
    ...(from === null ? {} : { from }),
    ...(version === null ? {} : { version }),
    ...(input === null ? {} : { input: await readJsonArgument(io, input, '--input') }),
  };
  const answer = await clientFor(context).post(`/executions/${encodeURIComponent(args[0] ?? '')}/rerun`, { body });
  const started = answer.body as { execution_id: string; version?: string }; // the API's contract (202)
  if (options.flag('json')) terminal.json(answer.body);
  else {
    terminal.out(started.execution_id);
    terminal.note(`Watch it with: weir logs ${started.execution_id} --follow`);
  }
  return EXIT_CODES.ok;
};
