import { CliError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { RunningService, StartServiceOptions } from './io.ts';
import { portOption } from './port-option.ts';
import { tellStartFailure } from './tell-start-failure.ts';

/** Starts a service, says when it is ready, and drains it on the first signal. `what`: for people, as in "the API". */
export async function runService(
  context: CommandContext,
  what: string,
  start: ((options: StartServiceOptions) => Promise<RunningService>) | undefined,
): Promise<ExitCode> {
  const { io, options, terminal } = context;
  if (start === undefined) throw new CliError(`This installation can not start ${what}.`);
  const port = portOption(options);
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolved) => (stop = resolved));
  const forget = io.onSignal(() => stop());
  try {
    const service = await start({
      port,
      host: options.text('host'),
      env: io.env,
      log: (line) => terminal.note(line),
    }).catch(tellStartFailure);
    // Scripts wait for this line: keep its form.
    terminal.out(service.url === undefined ? 'ready' : `ready ${terminal.style.bold(service.url)}`);
    await stopped;
    terminal.note('Stopping.');
    await service.close();
  } finally {
    forget();
  }
  return EXIT_CODES.ok;
}
