import { clientFor } from './client.ts';
import type { CommandContext } from './command.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

/** Posts to an execution and says that it was done. `path` comes after `/executions/{id}/`. */
export async function steer(
  context: CommandContext,
  request: { path: string; body?: unknown; done: string },
): Promise<ExitCode> {
  const { terminal, options, args } = context;
  const id = args[0] ?? '';
  const body = request.body === undefined ? {} : { body: request.body };
  const answer = await clientFor(context).post(`/executions/${encodeURIComponent(id)}/${request.path}`, body);
  if (options.flag('json')) terminal.json(answer.body);
  else terminal.out(`${terminal.style.green('✓')} ${request.done} ${terminal.style.dim(id)}`);
  return EXIT_CODES.ok;
}
