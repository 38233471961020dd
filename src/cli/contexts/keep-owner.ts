import type { CommandContext } from '../command.ts';
import { type Contexts, loadContexts, saveContexts } from './context-store.ts';
import { sameServer } from './same-server.ts';

/**
 * Prints the owner's token, which can't be shown again, and keeps it as a context where there is none for this address yet;
 * says what was kept. A config that can't be read or written is told, and hinders nothing.
 */
export function keepOwner(
  { io, terminal }: CommandContext,
  server: { url: string; token: string },
  keep: boolean,
): void {
  const { url, token } = server;
  terminal.out(`owner token ${terminal.style.bold(token)}`);
  terminal.note('It is shown this once. Whoever has it may do everything here.');
  const login = `Use it with: weir login ${url}`;
  if (!keep) return terminal.note(login);
  try {
    const kept = loadContexts(io);
    const known = Object.entries(kept.contexts).find(([, context]) => sameServer(context.url, url));
    if (known !== undefined)
      return terminal.note(
        `The context ${known[0]} is for this address already and stays as it is. ${login} --context ${known[0]}`,
      );
    const name = freeName(kept, url);
    const path = saveContexts(io, {
      current: kept.current ?? name,
      contexts: { ...kept.contexts, [name]: { url, token } },
    });
    terminal.note(
      `Kept as the context ${name} in ${path}${kept.current === null ? ', and used from now on.' : `. Use it with: weir contexts use ${name}`}`,
    );
  } catch (error) {
    terminal.note(`It was not kept: ${error instanceof Error ? error.message : String(error)} ${login}`);
  }
}

function freeName({ contexts }: Contexts, url: string): string {
  if (!Object.hasOwn(contexts, 'dev')) return 'dev';
  const named = `dev-${new URL(url).port || 'default'}`;
  for (let i = 2, name = named; ; i++) {
    if (!Object.hasOwn(contexts, name)) return name;
    name = `${named}-${i}`;
  }
}
