import type { CliIo } from './io.ts';
import type { CommandOptions } from './command-options.ts';
import type { ExitCode, ExitName } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** A command as data: help, completion and docs/reference/cli.md come from it; the code behind it is loaded when it is called. */
export interface CommandDefinition {
  readonly name: string;
  readonly group: 'Write flows' | 'Run' | 'Look' | 'Steer' | 'Deploy' | 'Manage' | 'Serve' | 'Log in' | 'Shell';
  /** One line, without a full stop. */
  readonly summary: string;
  /** Paragraphs below it. */
  readonly description?: string;
  readonly args: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Besides `usage` and `bug`, which every command has. */
  readonly exits: readonly ExitName[];
  readonly load: () => Promise<CommandFunction>;
  /** `weir tokens create`: named by the first argument. Without one of them the command itself runs. */
  readonly subcommands?: readonly SubcommandDefinition[];
}

export type SubcommandDefinition = Omit<CommandDefinition, 'group' | 'subcommands'>;

export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  readonly kind: 'required' | 'optional' | 'variadic';
  /** Names that the shell proposes. */
  readonly complete?: 'contexts';
}

export interface OptionDefinition {
  /** As commander takes it: `-f, --format <format>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** Names that the shell proposes. */
  readonly complete?: 'contexts';
  readonly default?: string;
}

export interface CommandContext {
  readonly io: CliIo;
  readonly terminal: Terminal;
  readonly args: readonly string[];
  readonly options: CommandOptions;
  /** All there are, for completion. */
  readonly commands: readonly CommandDefinition[];
}

/** Runs one command. Throws CliError for what a person can act on. */
export type CommandFunction = (context: CommandContext) => Promise<ExitCode>;
