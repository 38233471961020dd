import { resolve } from 'node:path';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import type { DevServer } from './io.ts';
import { tellStartFailure } from './tell-start-failure.ts';

/**
 * Starts the development environment as `--ephemeral` and `--state` ask for; without `flowsDir` the whole control plane.
 * Throws a CliError when this program has none.
 */
export async function startDevServer(
  context: CommandContext,
  server: { flowsDir?: string; port: number; tellProblems?: boolean },
): Promise<DevServer> {
  const { io, options, terminal } = context;
  const startDev = io.services?.startDev;
  if (startDev === undefined) {
    throw new CliError('This installation can not start a development environment.', {
      hint: 'Name a running server: --url http://127.0.0.1:8080',
    });
  }
  const state = options.text('state');
  const starting = startDev({
    ...server,
    renewOwner: options.flag('renewOwner'),
    ephemeral: options.flag('ephemeral'),
    ...(state === null ? {} : { stateDir: resolve(io.cwd, state) }),
    env: io.env,
    log: (line) => terminal.note(terminal.style.dim(line)),
  });
  return starting.catch(tellStartFailure);
}
