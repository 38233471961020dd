import { usageError } from '../cli-error.ts';
import type { CommandDefinition, CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CommandDefinition[]) => string>> = { bash, zsh, fish };

/** Prints a completion script made from the command definitions. */
export const completion: CommandFunction = async ({ args, commands, terminal }) => {
  const script = SHELLS[args[0] ?? ''];
  if (script === undefined)
    throw usageError(`No completion for "${args[0]}".`, `Shells: ${Object.keys(SHELLS).join(', ')}`);
  terminal.out(script(commands));
  return EXIT_CODES.ok;
};

function bash(commands: readonly CommandDefinition[]): string {
  const cases = commands.map((command) => `    ${command.name}) words="${flagsOf(command).join(' ')}" ;;`);
  return [
    '_weir() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" words=""',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    `  [ "$COMP_CWORD" -eq 1 ] && words="${commands.map((command) => command.name).join(' ')} help"`,
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _weir weir',
  ].join('\n');
}

function zsh(commands: readonly CommandDefinition[]): string {
  return ['#compdef weir', 'autoload -U +X bashcompinit && bashcompinit', bash(commands)].join('\n');
}

function fish(commands: readonly CommandDefinition[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c weir -f -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...command.options.flatMap((option) => {
      const name = /--([a-z-]+)(?: |$)/.exec(option.flags)?.[1];
      return name === undefined
        ? []
        : [
            `complete -c weir -n '__fish_seen_subcommand_from ${command.name}' -l ${name} -d ${quoted(option.description)}`,
          ];
    }),
    ...(command.args.some((arg) => /file|flow|history/.test(arg.name))
      ? [`complete -c weir -F -n '__fish_seen_subcommand_from ${command.name}'`]
      : []),
  ]);
  return lines.join('\n');
}

function flagsOf(command: CommandDefinition): readonly string[] {
  return command.options.flatMap((option) => option.flags.match(/--[a-z-]+/g) ?? []);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
