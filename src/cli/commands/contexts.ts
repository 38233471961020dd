import { CliError } from '../cli-error.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { type Contexts, loadContexts, saveContexts } from '../contexts/context-store.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

/** Lists the kept contexts; never their tokens. */
export const contexts: CommandFunction = async ({ io, options, terminal }) => {
  const kept = loadContexts(io);
  const rows = Object.entries(kept.contexts).map(([name, { url, token }]) => ({
    name,
    url,
    current: name === kept.current,
    logged_in: token !== null,
  }));
  if (options.flag('json')) terminal.json(rows);
  else if (options.flag('names')) for (const { name } of rows) terminal.out(name);
  else if (rows.length === 0) terminal.note('No contexts. Make one with: weir login URL');
  else
    terminal.out(
      textTable(
        rows,
        [
          { title: '', text: (row) => (row.current ? '*' : ' ') },
          { title: 'NAME', text: (row) => row.name, keep: true },
          { title: 'SERVER', text: (row) => row.url },
          { title: 'TOKEN', text: (row) => (row.logged_in ? 'yes' : 'none') },
        ],
        terminal,
      ),
    );
  return EXIT_CODES.ok;
};

/** Makes a context the current one. */
export const useContext: CommandFunction = async (context) => {
  const { kept, name } = named(context);
  saveContexts(context.io, { ...kept, current: name });
  context.terminal.out(`${context.terminal.style.green('✓')} Now at ${kept.contexts[name]?.url ?? ''} (${name}).`);
  return EXIT_CODES.ok;
};

/** Forgets a context with its token. */
export const removeContext: CommandFunction = async (context) => {
  const { kept, name } = named(context);
  const { [name]: gone, ...rest } = kept.contexts;
  saveContexts(context.io, { current: kept.current === name ? null : kept.current, contexts: rest });
  context.terminal.out(`${context.terminal.style.green('✓')} Removed ${name} (${gone?.url ?? ''}).`);
  if (kept.current === name) context.terminal.note('No context is in use now. Choose one: weir contexts use NAME');
  return EXIT_CODES.ok;
};

function named({ io, args }: CommandContext): { kept: Contexts; name: string } {
  const kept = loadContexts(io);
  const name = args[0] ?? '';
  if (Object.hasOwn(kept.contexts, name)) return { kept, name };
  throw new CliError(`There is no context "${name}".`, {
    exit: EXIT_CODES.usage,
    hint: 'List them with: weir contexts',
  });
}
