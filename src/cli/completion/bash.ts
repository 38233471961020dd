import type { CommandDefinition, SubcommandDefinition } from '../command.ts';

/** A completion function for bash; zsh runs it by bashcompinit. */
export function bashCompletion(commands: readonly CommandDefinition[]): string {
  const all: readonly (readonly [string, SubcommandDefinition])[] = commands.flatMap((command) => [
    [command.name, command] as const,
    ...(command.subcommands ?? []).map((one) => [`${command.name} ${one.name}`, one] as const),
  ]);
  const withSubcommands = commands.filter((command) => command.subcommands !== undefined);
  const choices = all.flatMap(([name, command]) =>
    command.options.flatMap((option) =>
      option.choices === undefined
        ? []
        : namesOf(option.flags).map((flag) => `    "${name} ${flag}") words="${option.choices?.join(' ')}" ;;`),
    ),
  );
  const named = all.flatMap(([name, command]) =>
    command.args.some((arg) => arg.complete === 'contexts') ? [`"${name}"`] : [],
  );
  return [
    '_weir() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" words=""',
    '  case "$command ${COMP_WORDS[2]}" in',
    ...withSubcommands.flatMap((command) =>
      (command.subcommands ?? []).map(
        (one) =>
          `    "${command.name} ${one.name}") [ "$COMP_CWORD" -gt 2 ] && command="${command.name} ${one.name}" ;;`,
      ),
    ),
    '  esac',
    '  case "$command" in',
    ...all.map(
      ([name, command]) =>
        `    "${name}") words="${command.options.flatMap((option) => namesOf(option.flags)).join(' ')}" ;;`,
    ),
    '  esac',
    '  if [ "$COMP_CWORD" -eq 2 ]; then',
    '    case "$command" in',
    ...withSubcommands.map(
      (command) =>
        `      "${command.name}") words="$words ${command.subcommands?.map((one) => one.name).join(' ')}" ;;`,
    ),
    '    esac',
    '  fi',
    ...(named.length === 0
      ? []
      : [
          '  case "$command" in',
          `    ${named.join(' | ')}) words="$words $(weir contexts --names 2>/dev/null)" ;;`,
          '  esac',
        ]),
    '  case "$command $previous" in',
    ...choices,
    '    *" --context") words="$(weir contexts --names 2>/dev/null)" ;;',
    '  esac',
    `  [ "$COMP_CWORD" -eq 1 ] && words="${commands.map((command) => command.name).join(' ')} help"`,
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _weir weir',
  ].join('\n');
}

function namesOf(flags: string): readonly string[] {
  return flags.match(/--[a-z-]+/g) ?? [];
}
