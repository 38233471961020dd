import { CliError } from './cli-error.ts';

/** What starts a service rejects with what to do, for people; anything else is a defect and shall look like one. */
export function tellStartFailure(error: unknown): never {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError) throw error;
  throw new CliError(error.message, { cause: error });
}
