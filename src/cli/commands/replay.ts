import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { errorText, EventPrinter } from '../event-printer.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** Tells whether a recorded history replays on this version, and shows its steps. */
export const replay: CommandFunction = async ({ io, args, options, terminal }) => {
  const path = resolve(io.cwd, args[0] ?? '');
  const history = await readHistory(path);
  const replayHistory = io.services?.replayHistory;
  if (replayHistory === undefined) throw new CliError('This installation can not replay histories.');
  const { fault, events, status, output, error, trace, input } = await replayHistory(history).catch(
    (problem: unknown) => {
      throw notAHistory(path, problem);
    },
  );
  if (options.flag('json'))
    terminal.json({
      replays: fault === null,
      fault,
      flow: input.flow.name,
      version: input.flow.version,
      events,
      status,
      output,
      error,
      trace,
    });
  else {
    const printer = new EventPrinter(terminal.style, { times: true });
    for (const { at, ...event } of trace) {
      const line = printer.line({ ...event, time: new Date(at).toISOString() });
      if (line !== null) terminal.out(line);
    }
    const verdict =
      fault === null ? `${terminal.style.green('✓')} replays` : `${terminal.style.red('✗')} does not replay: ${fault}`;
    terminal.out(
      `${verdict} ${terminal.style.dim(`${input.flow.name} ${input.flow.version}, ${events} events, ${status}${error ? `, ${errorText(error)}` : ''}`)}`,
    );
  }
  return fault === null ? EXIT_CODES.ok : EXIT_CODES.failed;
};

async function readHistory(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw notAHistory(path, error);
  }
}

function notAHistory(path: string, error: unknown): Error {
  return usageError(
    `Can't read a history from ${path}: ${error instanceof Error ? error.message : String(error)}`,
    'Record one with: temporal workflow show --workflow-id ID --output json > history.json',
  );
}
