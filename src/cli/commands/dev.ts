import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { keepOwner } from '../contexts/keep-owner.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { startDevServer } from '../start-dev-server.ts';
import { portOption } from '../port-option.ts';

/** Where the other commands look for a server (api.md). */
const DEFAULT_PORT = 8080;

/** Serves the control plane, or with `--flows` a folder of flows, until a signal comes. */
export const dev: CommandFunction = async (context) => {
  const { io, options, terminal } = context;
  const { style } = terminal;
  const port = portOption(options) ?? DEFAULT_PORT;
  const named = options.text('flows');
  const flowsDir = named === null ? null : resolve(io.cwd, named);
  if (flowsDir !== null && !(await stat(flowsDir).catch(() => null))?.isDirectory())
    throw usageError(`There is no folder ${flowsDir}.`, 'Name the folder of your flows: weir dev --flows DIR');
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolved) => (stop = resolved));
  const forget = io.onSignal(() => stop());
  try {
    const server = await startDevServer(context, { ...(flowsDir !== null && { flowsDir, tellProblems: true }), port });
    // Scripts wait for this line: keep its form.
    terminal.out(
      `ready ${style.bold(server.url)}${server.uiUrl === null ? '' : `   Temporal's Web UI ${server.uiUrl}`}`,
    );
    if (server.ownerToken)
      keepOwner(context, { url: server.url, token: server.ownerToken }, !options.flag('ephemeral'));
    terminal.out(
      flowsDir === null
        ? 'Bring it flows with: weir push DIR. Ctrl-C stops it.'
        : `Flows of ${flowsDir}. Ctrl-C stops it.`,
    );
    await stopped;
    terminal.note('Stopping.');
    await server.close();
  } finally {
    forget();
  }
  return EXIT_CODES.ok;
};
