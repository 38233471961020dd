import { CliError } from '../cli-error.ts';
import { createClient } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { grantText } from '../grant-text.ts';
import { askIdentity } from '../identity.ts';
import { serverTarget } from '../server-target.ts';

/** Tells who the server takes one for, and what one may do there. */
export const whoami: CommandFunction = async ({ io, options, terminal }) => {
  const target = serverTarget({ io, options });
  const found = await askIdentity(createClient(target));
  if (found === 'none')
    throw new CliError(
      target.tokenFrom === null
        ? `You are not logged in to ${target.url}.`
        : `${target.url} refuses the token of ${target.tokenFrom}.`,
      {
        exit: EXIT_CODES.unauthenticated,
        hint: `Log in with: weir login ${target.url}`,
      },
    );
  const identity = found === 'unknown' ? null : found.body;
  if (options.flag('json'))
    terminal.json({ url: target.url, context: target.context, identity: identity?.json ?? null });
  else {
    const { style } = terminal;
    terminal.out(
      identity === null
        ? 'Nobody in particular: this server knows no identities.'
        : `${style.bold(identity.show('name') || identity.show('id'))} ${style.dim(identity.show('id'))}`,
    );
    if (identity !== null) {
      terminal.out(`organisation ${identity.show('organisation')}`);
      for (const grant of Array.isArray(identity.json['grants']) ? identity.list('grants') : [])
        terminal.out(`may ${grantText(grant)}`);
    }
    terminal.out(
      style.dim(
        `${target.url}${target.context === null ? '' : `, context ${target.context}`}${target.tokenFrom === null ? '' : `, token of ${target.tokenFrom}`}`,
      ),
    );
  }
  return EXIT_CODES.ok;
};
