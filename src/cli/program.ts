import { Command, Option } from 'commander';
import type { CommandContext, CommandDefinition, SubcommandDefinition } from './command.ts';
import { CommandOptions } from './command-options.ts';
import type { ExitCode } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { createTerminal } from './terminal.ts';
import { VERSION } from './version.ts';

/** Commander's view of the commands. `ended` is told the exit code of the one that ran. */
export function createProgram(options: {
  io: CliIo;
  commands: readonly CommandDefinition[];
  ended: (code: ExitCode) => void;
}): Command {
  const { io, commands } = options;
  const program = new Command('weir')
    .description('Durable execution of declarative flows.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--no-color', 'print without colours (as does NO_COLOR)')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showSuggestionAfterError(true)
    .enablePositionalOptions() // so that `rerun --version 2` is not the program's own
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: () => undefined });
  for (const definition of commands) {
    const builder = { ...options, program };
    const command = build(definition, builder).helpGroup(`${definition.group}:`);
    for (const subcommand of definition.subcommands ?? []) command.addCommand(build(subcommand, builder));
    program.addCommand(command);
  }
  return program;
}

interface Builder {
  readonly io: CliIo;
  readonly commands: readonly CommandDefinition[];
  readonly ended: (code: ExitCode) => void;
  readonly program: Command;
}

function build(definition: SubcommandDefinition, { io, commands, ended, program }: Builder): Command {
  const command = new Command(definition.name)
    .summary(definition.summary)
    .description([definition.summary + '.', definition.description].filter(Boolean).join('\n\n'))
    .helpOption('-h, --help', 'print help')
    .copyInheritedSettings(program)
    .addHelpText(
      'after',
      `\nExamples:\n${definition.examples.map((example) => `  ${example.line}\n      ${example.does}`).join('\n')}`,
    );
  for (const arg of definition.args) {
    const [open, close] = arg.kind === 'required' ? ['<', '>'] : ['[', ']'];
    command.argument(`${open}${arg.name}${arg.kind === 'variadic' ? '...' : ''}${close}`, arg.description);
  }
  for (const option of definition.options) {
    const built = new Option(option.flags, option.description);
    if (option.choices) built.choices([...option.choices]);
    if (option.default !== undefined) built.default(option.default);
    command.addOption(built);
  }
  return command.action(async () => {
    const terminal = createTerminal(io, { color: program.opts<{ color: boolean }>().color });
    const context: CommandContext = {
      io,
      terminal,
      args: command.args,
      options: new CommandOptions(command.opts()),
      commands,
    };
    const run = await definition.load();
    ended(await run(context));
  });
}
