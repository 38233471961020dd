import type { CommandDefinition, OptionDefinition, SubcommandDefinition } from '../command.ts';

const CONTEXTS = "'(weir contexts --names 2>/dev/null)'";

/** Completions for fish. */
export function fishCompletion(commands: readonly CommandDefinition[]): string {
  return commands
    .flatMap((command) => {
      const here = `__fish_seen_subcommand_from ${command.name}`;
      const names = (command.subcommands ?? []).map((one) => one.name).join(' ');
      return [
        `complete -c weir -f -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
        ...linesOf(command, names === '' ? here : `${here}; and not __fish_seen_subcommand_from ${names}`),
        ...(command.subcommands ?? []).flatMap((one) => [
          `complete -c weir -f -n '${here}; and not __fish_seen_subcommand_from ${names}' -a ${one.name} -d ${quoted(one.summary)}`,
          ...linesOf(one, `${here}; and __fish_seen_subcommand_from ${one.name}`),
        ]),
      ];
    })
    .join('\n');
}

function linesOf(command: SubcommandDefinition, when: string): readonly string[] {
  return [
    ...command.options.flatMap((option) => optionLine(option, when)),
    ...(command.args.some((arg) => arg.complete === 'contexts')
      ? [`complete -c weir -f -n '${when}' -a ${CONTEXTS}`]
      : []),
    ...(command.args.some((arg) => /file|flow|history|path|dir/.test(arg.name))
      ? [`complete -c weir -F -n '${when}'`]
      : []),
  ];
}

function optionLine(option: OptionDefinition, when: string): readonly string[] {
  const name = /--([a-z-]+)(?: |$)/.exec(option.flags)?.[1];
  if (name === undefined) return [];
  const values =
    option.choices !== undefined
      ? ` -x -a ${quoted(option.choices.join(' '))}`
      : option.complete === 'contexts'
        ? ` -x -a ${CONTEXTS}`
        : '';
  return [`complete -c weir -n '${when}' -l ${name}${values} -d ${quoted(option.description)}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
