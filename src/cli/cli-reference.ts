import { COMMANDS } from './catalogue/index.ts';
import type { SubcommandDefinition } from './command.ts';
import { EXIT_CODES, EXIT_MEANINGS, type ExitName } from './exit-codes.ts';

/** Text of docs/reference/cli.md, made from the command definitions. */
export function cliReference(): string {
  const groups = [...new Set(COMMANDS.map((command) => command.group))];
  const contents = groups.flatMap((group) => [
    `**${group}**: ${COMMANDS.filter((command) => command.group === group)
      .map((command) => `[${command.name}](#weir-${command.name})`)
      .join(', ')}`,
    '',
  ]);
  return [
    '# The `weir` command',
    '',
    '<!-- Made from src/cli/catalogue by src/cli/cli-reference.ts; change it there, then: npm run test:update -->',
    '',
    ...contents,
    'Results go to standard output, everything about the way there to standard error. Colours are used on a terminal only, never with `NO_COLOR` or `--no-color`.',
    'The server is that of `--server`, else of `--context`, `WEIR_URL`, `WEIR_CONTEXT` or the current context (`weir login`, `weir contexts use`), else `http://127.0.0.1:8080`. The token is `WEIR_TOKEN`, else that of the context; the token of a context is sent to its server only. With `--json` standard output holds one JSON document.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...Object.entries(EXIT_MEANINGS).map(([name, meaning]) => `| ${EXIT_CODES[name as ExitName]} | ${meaning} |`), // the keys of that very record
    '',
    ...COMMANDS.flatMap((command) => [
      ...section(command.name, command),
      ...(command.subcommands ?? []).flatMap((one) => section(`${command.name} ${one.name}`, one)),
    ]),
  ].join('\n');
}

function section(name: string, command: SubcommandDefinition): readonly string[] {
  const args = command.args.map((arg) =>
    arg.kind === 'required' ? `<${arg.name}>` : arg.kind === 'variadic' ? `[${arg.name}...]` : `[${arg.name}]`,
  );
  const usage = ['weir', name, ...args, ...(command.options.length > 0 ? ['[options]'] : [])].join(' ');
  const rows = [
    ...command.args.map((arg) => `| \`${arg.name}\` | ${cell(arg.description)} |`),
    ...command.options.map((option) => {
      const notes = [
        cell(option.description),
        option.choices ? `one of ${option.choices.map((choice) => `\`${choice}\``).join(', ')}` : '',
        option.default === undefined ? '' : `default \`${option.default}\``,
      ];
      return `| \`${cell(option.flags)}\` | ${notes.filter(Boolean).join('; ')} |`;
    }),
  ];
  return [
    `## weir ${name}`,
    '',
    `${command.summary}.`,
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    '```console',
    usage,
    '```',
    '',
    ...(rows.length > 0 ? ['| | |', '| --- | --- |', ...rows, ''] : []),
    '```console',
    ...command.examples.flatMap((example) => [`$ ${example.line}    # ${example.does}`]),
    '```',
    '',
    `Exit codes: ${[...new Set<ExitName>([...command.exits, 'usage'])]
      .map((name) => EXIT_CODES[name])
      .sort((a, b) => a - b)
      .join(', ')}.`,
    '',
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
