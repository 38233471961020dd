import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

/** A failure that a person can act on: `main` prints message, details and hint, and returns the exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitCode;
  readonly hint: string | null;
  readonly details: readonly string[];

  /** `exit` defaults to `failed`. `details` are lines below the message; `hint` says what to do. */
  constructor(
    message: string,
    options: { exit?: ExitCode; hint?: string; details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exit = options.exit ?? EXIT_CODES.failed;
    this.hint = options.hint ?? null;
    this.details = options.details ?? [];
  }
}

/** A wrong command line (exit code 2). */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, { exit: EXIT_CODES.usage, ...(hint === undefined ? {} : { hint }) });
}
