import { usageError } from '../cli-error.ts';
import type { CommandDefinition, CommandFunction } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { EXIT_CODES } from '../exit-codes.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CommandDefinition[]) => string>> = {
  bash: bashCompletion,
  zsh: (commands) =>
    ['#compdef weir', 'autoload -U +X bashcompinit && bashcompinit', bashCompletion(commands)].join('\n'),
  fish: fishCompletion,
};

/** Prints a completion script made from the command definitions. */
export const completion: CommandFunction = async ({ args, commands, terminal }) => {
  const shell = args[0] ?? '';
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (script === undefined)
    throw usageError(`No completion for "${shell}".`, `Shells: ${Object.keys(SHELLS).join(', ')}`);
  terminal.out(script(commands));
  return EXIT_CODES.ok;
};
