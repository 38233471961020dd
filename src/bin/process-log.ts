import { withoutParameters } from '../store/store-problem.ts';
import type { LogLine } from '../worker/install-runtime.ts';

export interface ProcessLog {
  readonly logLine: LogLine;
  /** For what there is no going on without: ends the process as if told to, but not well. */
  readonly fatal: (message: string, error?: unknown) => void;
}

/** Log lines of a server process, as text. */
export function createProcessLog(log: (line: string) => void): ProcessLog {
  const logLine: LogLine = (level, message, fields) =>
    log(`${level}: ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields, plainErrors)}`}`);
  return {
    logLine,
    fatal(message, error) {
      logLine('error', message, { error });
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    },
  };
}

/** For JSON.stringify: errors have no enumerable fields of their own. */
function plainErrors(_: string, thrown: unknown): unknown {
  const value = withoutParameters(thrown);
  return value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}
