import { usageError } from './cli-error.ts';
import type { CommandOptions } from './command-options.ts';

/** An option that the command can't do without. Throws a usage error that says how it is written. */
export function requiredOption(options: CommandOptions, name: string, hint?: string): string {
  const value = options.text(name);
  if (value === null || value === '') throw usageError(`--${name} is missing.`, hint);
  return value;
}
