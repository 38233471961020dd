import { usageError } from './cli-error.ts';
import type { CommandOptions } from './command-options.ts';

const MAX_PORT = 65_535;

/** `--port`; 0 picks a free one; null when left out. Throws a usage error for what is no port. */
export function portOption(options: CommandOptions): number | null {
  const port = options.count('port', 0);
  if (port !== null && port > MAX_PORT) throw usageError(`--port takes at most ${MAX_PORT}.`);
  return port;
}
