import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { startDevServer } from '../start-dev-server.ts';

const MAX_PORT = 65_535;
/** Where the other commands look for a server (api.md). */
const DEFAULT_PORT = 8080;

/** Serves a folder of flows until a signal comes. */
export const dev: CommandFunction = async (context) => {
  const { io, options, terminal } = context;
  const { style } = terminal;
  const port = options.count('port', 0) ?? DEFAULT_PORT;
  if (port > MAX_PORT) throw usageError(`--port takes at most ${MAX_PORT}.`);
  const flowsDir = resolve(io.cwd, options.text('flows') ?? '.');
  if (!(await stat(flowsDir).catch(() => null))?.isDirectory())
    throw usageError(`There is no folder ${flowsDir}.`, 'Name the folder of your flows: weir dev --flows DIR');
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolved) => (stop = resolved));
  const forget = io.onSignal(() => stop());
  try {
    const server = await startDevServer(context, { flowsDir, port, tellProblems: true });
    // Scripts wait for this line: keep its form.
    terminal.out(
      `ready ${style.bold(server.url)}${server.uiUrl === null ? '' : `   Temporal's Web UI ${server.uiUrl}`}`,
    );
    terminal.out(`Flows of ${flowsDir}. Ctrl-C stops it.`);
    await stopped;
    terminal.note('Stopping.');
    await server.close();
  } finally {
    forget();
  }
  return EXIT_CODES.ok;
};
