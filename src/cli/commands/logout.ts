import { CliError } from '../cli-error.ts';
import type { CommandFunction } from '../command.ts';
import { loadContexts, saveContexts } from '../contexts/context-store.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** Forgets the token of a context; the token itself stays good, and the context stays. */
export const logout: CommandFunction = async ({ io, options, terminal }) => {
  const kept = loadContexts(io);
  const name = options.text('context') ?? (io.env['WEIR_CONTEXT'] || kept.current);
  const context = name !== null && Object.hasOwn(kept.contexts, name) ? kept.contexts[name] : undefined;
  if (name === null || context === undefined)
    throw new CliError(name === null ? 'No context is in use.' : `There is no context "${name}".`, {
      exit: EXIT_CODES.usage,
      hint: 'weir contexts',
    });
  saveContexts(io, { ...kept, contexts: { ...kept.contexts, [name]: { ...context, token: null } } });
  terminal.out(`${terminal.style.green('✓')} Logged out of ${context.url}.`);
  if (context.token !== null) terminal.note('The token itself stays good elsewhere. To end it: weir tokens revoke ID');
  return EXIT_CODES.ok;
};
