import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EventPrinter } from '../event-printer.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { type ExecutionEvent, followEvents } from '../follow-events.ts';

/** Without --follow: the server sends all there is at once, so that a silence as long as this (ms) is its end. */
const SILENCE_MS = 1_000;

/** Prints what an execution did, and with --follow what it does until it ends. */
export const logs: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  const stop = new AbortController();
  let interrupted = false;
  const forget = io.onSignal(() => {
    interrupted = true;
    stop.abort();
  });
  const printer = new EventPrinter(terminal.style, { times: true });
  const follow = options.flag('follow');
  const print = (event: ExecutionEvent): void => {
    const line = options.flag('json') ? JSON.stringify(event) : printer.line(event);
    if (line !== null) terminal.out(line);
  };
  const client = clientFor(context);
  const id = args[0] ?? '';
  // A wrong id is told before anything is waited for.
  await client.get(`/executions/${encodeURIComponent(id)}`);
  let silence = follow ? null : setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    for await (const event of followEvents(client, id, {
      signal: stop.signal,
      onReconnect: () => terminal.note(terminal.style.dim('connection lost, taking it up again')),
    })) {
      print(event);
      if (silence !== null) {
        clearTimeout(silence);
        silence = setTimeout(() => stop.abort(), SILENCE_MS);
      }
    }
  } finally {
    if (silence !== null) clearTimeout(silence);
    forget();
  }
  return interrupted ? EXIT_CODES.interrupted : EXIT_CODES.ok;
};
