import type { CommandDefinition } from '../command.ts';
import { EXECUTION_COMMANDS } from './execution-commands.ts';
import { RUN_COMMANDS } from './run-commands.ts';
import { SERVICE_COMMANDS } from './service-commands.ts';
import { SHELL_COMMANDS } from './shell-commands.ts';
import { WRITE_COMMANDS } from './write-commands.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  ...WRITE_COMMANDS,
  ...RUN_COMMANDS,
  ...EXECUTION_COMMANDS,
  ...SERVICE_COMMANDS,
  ...SHELL_COMMANDS,
];
