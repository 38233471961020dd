import { CommanderError } from 'commander';
import { COMMANDS } from './catalogue/index.ts';
import { CliError } from './cli-error.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { createProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

/**
 * The `weir` command. `argv` is what follows the program's name. Never throws and never ends the process:
 * gives the exit code. Commands are loaded when called, so that checking a flow loads no server and no Temporal.
 */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  let code: ExitCode = EXIT_CODES.ok;
  try {
    const program = createProgram({ io, commands: COMMANDS, ended: (given) => (code = given) });
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return EXIT_CODES.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, io, argv);
  }
}

function report(error: unknown, io: CliIo, argv: readonly string[]): ExitCode {
  const { style, note } = createTerminal(io, { color: !argv.includes('--no-color') });
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_CODES.ok; // help and version
    note(`${style.red('error')} ${error.message.replace(/^error: /, '')}`);
    note(
      `  ${style.cyan('hint')} weir ${COMMANDS.some((command) => command.name === argv[0]) ? `${argv[0]} ` : ''}--help`,
    );
    return EXIT_CODES.usage;
  }
  if (error instanceof CliError) {
    note(`${style.red('error')} ${error.message}`);
    for (const detail of error.details) note(`  ${detail}`);
    if (error.hint !== null) note(`  ${style.cyan('hint')} ${error.hint}`);
    return error.exit;
  }
  note(`${style.red('bug')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  note(
    `  ${style.cyan('hint')} This is a defect of weir itself. Please report it with the command line and the text above.`,
  );
  return EXIT_CODES.bug;
}
