import { CliError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { tellStartFailure } from '../tell-start-failure.ts';

/** Brings the database to the schema of this release. */
export const migrate: CommandFunction = async ({ io, options, terminal }) => {
  const apply = io.services?.migrate;
  if (apply === undefined) throw new CliError('This installation can not migrate a database.');
  await apply({
    env: io.env,
    log: (line) => terminal.note(line),
    renewOwner: options.flag('renewOwner'),
  }).catch(tellStartFailure);
  terminal.out(`${terminal.style.green('✓')} The database has the schema of this release.`);
  return EXIT_CODES.ok;
};
