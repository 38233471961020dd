// The composition root of the command line: the only place that sees the process (arguments, environment, streams, signals).
import { main } from '../cli/main.ts';
import type { CliIo } from '../cli/io.ts';
import { createPrompter } from '../cli/prompter.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first signal is the listener's to handle in its own time; a second one means now. */
function onSignal(listener: (signal: string) => void): () => void {
  let seen = 0;
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      if (++seen > 1) process.exit(SIGNAL_EXIT[signal]);
      listener(signal);
    };
    process.on(signal, handler);
    return () => void process.off(signal, handler);
  });
  return () => handlers.forEach((remove) => remove());
}

// A reader that has gone (`weir executions | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const io: CliIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  isTTY: process.stdout.isTTY === true,
  columns: process.stdout.columns,
  // Questions go to a person only, and beside the output that scripts read.
  ...(process.stdin.isTTY &&
    process.stderr.isTTY && { prompter: createPrompter({ input: process.stdin, output: process.stderr }) }),
  onSignal,
  // Loaded when the command asks for it: Temporal's native code costs half a second.
  services: {
    startDev: async (options) => (await import('./dev.ts')).startDev(options),
    startApi: async (options) => (await import('./services.ts')).startApi(options),
    startWorker: async (options) => (await import('./services.ts')).startWorker(options),
    migrate: async (options) => (await import('./migrate-database.ts')).migrateDatabase(options),
    replayHistory: async (history) => (await import('../worker/replay-history.ts')).replayHistory(history),
  },
};

const code = await main(process.argv.slice(2), io);
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
// Something that ended in the background may have set an exit code; the command's own failure is the better news.
process.exit(code === 0 ? process.exitCode : code);
