import type { CommandDefinition, SubcommandDefinition } from '../command.ts';
import { AUDIT_COMMANDS } from './audit-commands.ts';
import { CONTEXT } from './common-options.ts';
import { DEPLOY_COMMANDS } from './deploy-commands.ts';
import { EVENT_COMMANDS } from './event-commands.ts';
import { EXECUTION_COMMANDS } from './execution-commands.ts';
import { FLOW_COMMANDS } from './flow-commands.ts';
import { IDENTITY_COMMANDS } from './identity-commands.ts';
import { LOGIN_COMMANDS } from './login-commands.ts';
import { RUN_COMMANDS } from './run-commands.ts';
import { SERVICE_COMMANDS } from './service-commands.ts';
import { SHELL_COMMANDS } from './shell-commands.ts';
import { SYNC_COMMANDS } from './sync-commands.ts';
import { TEMPLATE_COMMANDS } from './template-commands.ts';
import { WRITE_COMMANDS } from './write-commands.ts';

/** Every command, in the order of the help. One that talks to a server takes `--context` beside `--server`. */
export const COMMANDS: readonly CommandDefinition[] = [
  ...WRITE_COMMANDS,
  ...RUN_COMMANDS,
  ...SYNC_COMMANDS,
  ...DEPLOY_COMMANDS,
  ...FLOW_COMMANDS,
  ...EXECUTION_COMMANDS,
  ...AUDIT_COMMANDS,
  ...EVENT_COMMANDS,
  ...TEMPLATE_COMMANDS,
  ...IDENTITY_COMMANDS,
  ...LOGIN_COMMANDS,
  ...SERVICE_COMMANDS,
  ...SHELL_COMMANDS,
].map((command) => ({
  ...withContext(command),
  ...(command.subcommands && { subcommands: command.subcommands.map(withContext) }),
}));

function withContext<D extends SubcommandDefinition>(command: D): D {
  const at = command.options.findIndex(({ flags }) => flags.startsWith('--server'));
  return at < 0 ? command : { ...command, options: command.options.toSpliced(at + 1, 0, CONTEXT) };
}
