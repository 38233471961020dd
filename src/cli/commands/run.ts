import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExecutionView } from '../../executions/view.ts';
import { type Client, createClient } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { errorText, EventPrinter } from '../event-printer.ts';
import { exitCodeOf } from '../execution-outcome.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { followEvents } from '../follow-events.ts';
import { readJsonArgument } from '../json-argument.ts';
import { type FlowOnServer, prepareFlow } from '../prepare-flow.ts';
import { serverTarget } from '../server-target.ts';

/** Runs a flow on a server, or on one started for it, and watches it to its end. */
export const run: CommandFunction = async (context) => {
  const { io, options } = context;
  const argument = options.text('input');
  const input = argument === null ? undefined : await readJsonArgument(io, argument, '--input');
  // A file is run here unless a server is asked for; anything else can only be a flow of the current server.
  const asked = Boolean(
    options.text('url') ?? options.text('context') ?? (io.env['WEIR_URL'] || io.env['WEIR_CONTEXT']),
  );
  const existing = asked || (!(await isFile(context)) && serverTarget(context).named);
  const flow = await prepareFlow(context, { existing });
  try {
    const client = createClient(existing ? serverTarget(context) : { url: flow.url, token: null, tokenFrom: null });
    await flow.publish(client);
    return await execute(context, { client, flow, input });
  } finally {
    await flow.close();
  }
};

async function isFile({ io, args }: CommandContext): Promise<boolean> {
  return (await stat(resolve(io.cwd, args[0] ?? '')).catch(() => null))?.isFile() === true;
}

async function execute(
  context: CommandContext,
  run: { client: Client; flow: FlowOnServer; input: unknown },
): Promise<ExitCode> {
  const { client, flow } = run;
  const { terminal, options } = context;
  const environment = options.text('env');
  const version = options.text('version');
  const answer = await client.post(`/flows/${encodeURIComponent(flow.name)}/execute`, {
    body: {
      ...(run.input !== undefined && { input: run.input }),
      ...(environment !== null && { environment }),
      ...(version !== null && { version }),
    },
  });
  const { execution_id: id } = answer.body as { execution_id: string }; // the API's contract (202)
  if (options.flag('detach')) {
    if (options.flag('json')) terminal.json(answer.body);
    else terminal.out(id);
    return EXIT_CODES.ok;
  }
  terminal.note(`${terminal.style.bold(flow.name)} ${terminal.style.dim(id)}`);
  if (!(await watch(context, client, id))) {
    terminal.note(`Left. The execution may go on: weir executions ${id}`);
    return EXIT_CODES.interrupted;
  }
  const { body } = await client.get(`/executions/${id}`);
  return showEnd(context, body as unknown as ExecutionView); // the API's contract
}

/** Prints the steps until the end. The first signal cancels the execution; the second gives up waiting (false). */
async function watch({ io, terminal }: CommandContext, client: Client, id: string): Promise<boolean> {
  const stop = new AbortController();
  const printer = new EventPrinter(terminal.style, { times: false });
  let signals = 0;
  const forget = io.onSignal(() => {
    signals += 1;
    if (signals > 1) return stop.abort();
    terminal.note(terminal.style.yellow('Cancelling. Ctrl-C again leaves without waiting.'));
    client.post(`/executions/${id}/cancel`).catch((error: unknown) => {
      terminal.note(`${terminal.style.red('error')} ${error instanceof Error ? error.message : String(error)}`);
      stop.abort();
    });
  });
  try {
    for await (const event of followEvents(client, id, {
      signal: stop.signal,
      onReconnect: () => terminal.note('connection lost, taking it up again'),
    })) {
      const line = printer.line(event);
      if (line !== null) terminal.note(`  ${line}`);
    }
  } finally {
    forget();
  }
  return !stop.signal.aborted;
}

function showEnd({ terminal, options }: CommandContext, execution: ExecutionView): ExitCode {
  if (options.flag('json')) terminal.json(execution);
  else if (execution.status === 'completed') terminal.json(execution.output);
  else {
    const { error } = execution;
    terminal.note(
      `${terminal.style.red(execution.status.replace('_', ' '))}${error ? ` ${errorText(error)}${error.step ? ` (step ${error.step})` : ''}` : ''}`,
    );
  }
  return exitCodeOf(execution);
}
