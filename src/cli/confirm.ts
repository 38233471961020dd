import { CliError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { EXIT_CODES } from './exit-codes.ts';

/**
 * Whether to go on: with `--yes`, or when a person at the terminal says so. False where nobody can be asked, and for "no".
 * Throws a CliError (interrupted) for Ctrl-C.
 */
export async function confirmed(
  { io, options }: Pick<CommandContext, 'io' | 'options'>,
  question: string,
): Promise<boolean> {
  if (options.flag('yes')) return true;
  if (io.prompter === undefined) return false;
  const answer = await io.prompter.confirm(question);
  if (answer === null) throw new CliError('Nothing was done.', { exit: EXIT_CODES.interrupted });
  return answer;
}
