import { makeTelemetryFilterString, Runtime, type LogLevel } from '@temporalio/worker';

/** A line of the process's own log; `fields` are structured. */
export type LogLine = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

const LEVELS: Readonly<Record<LogLevel, Parameters<LogLine>[0]>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};
const HEARD: readonly LogLevel[] = ['WARN', 'ERROR'];
/** A flow's own failures are in its execution; a worker that runs it has nothing to warn of. */
const EXPECTED: ReadonlySet<string> = new Set(['Activity failed', 'Workflow failed']);

let installed = false;

/**
 * Makes Temporal's native runtime quiet (warnings up, as structured lines) and takes its signal handlers away: the
 * composition root decides what SIGTERM means. Once per process, before the first connection; later calls do nothing.
 */
export function installRuntime(log: LogLine): void {
  if (installed) return;
  installed = true;
  const line = (level: LogLevel, message: string, meta?: Record<string | symbol, unknown>) => {
    if (HEARD.includes(level) && !EXPECTED.has(message)) log(LEVELS[level], message, { ...meta });
  };
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: line,
      trace: (message, meta) => line('TRACE', message, meta),
      debug: (message, meta) => line('DEBUG', message, meta),
      info: (message, meta) => line('INFO', message, meta),
      warn: (message, meta) => line('WARN', message, meta),
      error: (message, meta) => line('ERROR', message, meta),
    },
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}
