import { DEFAULT_SERVER } from './catalogue/common-options.ts';
import { CliError, usageError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { type Contexts, loadContexts, type ServerContext } from './contexts/context-store.ts';
import { sameServer, serverAddress } from './contexts/same-server.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** The server that a command talks to, and as whom. */
export interface ServerTarget {
  readonly url: string;
  readonly token: string | null;
  /** Where the token comes from, in words; null without one. */
  readonly tokenFrom: string | null;
  /** The context that names the server or gives the token, if one does. */
  readonly context: string | null;
  /** False: nothing named a server, so this is the local default. */
  readonly named: boolean;
}

/**
 * The server: `--server` (or `--url`), `--context`, WEIR_URL, WEIR_CONTEXT, the current context, the local default. The token: WEIR_TOKEN,
 * else that of the context. The token of a context goes to the server of that context only, and WEIR_TOKEN beside WEIR_URL
 * only to that server or to one named by `--server`. Throws a usage error for what is no address or unknown.
 */
export function serverTarget({ io, options }: Pick<CommandContext, 'io' | 'options'>): ServerTarget {
  const kept = loadContexts(io);
  const flag = options.text('server') ?? options.text('url');
  const named = options.text('context');
  const [envUrl, envContext, envToken] = [io.env['WEIR_URL'], io.env['WEIR_CONTEXT'], tokenOf(io.env['WEIR_TOKEN'])];
  const wanted = named ?? (flag === null && !envUrl ? envContext || kept.current : null);
  const context = wanted === null || wanted === undefined ? null : contextOf(kept, wanted);
  if (flag !== null || (context === null && envUrl)) {
    const url = addressOf(flag ?? envUrl ?? '');
    if (context !== null && !sameServer(context.url, url))
      throw usageError(
        `The context ${wanted} is for ${context.url}, not for ${url}.`,
        'Name one of them: --server or --context.',
      );
    return envToken !== null
      ? { url, token: envToken, tokenFrom: 'WEIR_TOKEN', context: null, named: true }
      : { url, ...tokenFor(kept, wanted ?? null, url), named: true };
  }
  const url = addressOf(context?.url ?? DEFAULT_SERVER);
  const mine = envToken !== null && (!envUrl || sameServer(envUrl, url));
  if (mine) return { url, token: envToken, tokenFrom: 'WEIR_TOKEN', context: wanted ?? null, named: context !== null };
  return { url, ...tokenFor(kept, context === null ? null : (wanted ?? null), url), named: context !== null };
}

/** Text that may be sent as a bearer token, else null for none. Throws a usage error, without the text, for what no token looks like. */
export function tokenOf(text: string | undefined): string | null {
  const token = text?.trim();
  if (!token) return null;
  if (!/^[\x21-\x7e]{1,8192}$/.test(token))
    throw usageError('The token holds characters that no token has.', 'Was it cut, or copied with something else?');
  return token;
}

function addressOf(text: string): string {
  const address = serverAddress(text);
  if (address === null)
    throw usageError(`"${withoutPassword(text)}" is not an address of a server.`, `Write it as ${DEFAULT_SERVER}`);
  return address;
}

function contextOf({ contexts }: Contexts, name: string): ServerContext {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(contexts);
  throw new CliError(`There is no context "${name}".`, {
    exit: EXIT_CODES.usage,
    hint: names.length === 0 ? 'Make one with: weir login URL' : `There are: ${names.join(', ')}`,
  });
}

/** The named context's, else that of the current or first context for this very server. */
function tokenFor(
  { contexts, current }: Contexts,
  named: string | null,
  url: string,
): Pick<ServerTarget, 'token' | 'tokenFrom' | 'context'> {
  const names = named === null ? [...(current === null ? [] : [current]), ...Object.keys(contexts)] : [named];
  const name = names.find((one) => sameServer(contexts[one]?.url ?? '', url));
  const token = name === undefined ? null : tokenOf(contexts[name]?.token ?? undefined);
  return { token, tokenFrom: token === null ? null : `the context ${name}`, context: name ?? null };
}

const withoutPassword = (text: string): string => text.replace(/\/\/[^/@]*@/, '//…@');
