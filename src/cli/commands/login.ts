import { CliError, usageError } from '../cli-error.ts';
import { createClient } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { type Contexts, isContextName, loadContexts, saveContexts } from '../contexts/context-store.ts';
import { sameServer, serverAddress } from '../contexts/same-server.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { readStdin } from '../files/read-stdin.ts';
import { askIdentity, type Identity } from '../identity.ts';
import { serverTarget, tokenOf } from '../server-target.ts';

/** Keeps a server and a token, once the server has taken it, as a context, and makes that the current one. */
export const login: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  const kept = loadContexts(io);
  const url = args[0] === undefined ? knownServer(context, kept) : addressOf(args[0]);
  const name = options.text('context') ?? nameFor(kept, url);
  if (!isContextName(name))
    throw usageError(
      `"${name}" is no name of a context.`,
      'Letters, digits, dots, dashes and underscores; at most 64.',
    );
  const found = await identify(context, url);
  const before = kept.contexts[name];
  saveContexts(io, { current: name, contexts: { ...kept.contexts, [name]: { url, token: found.token } } });
  if (before !== undefined && !sameServer(before.url, url)) terminal.note(`The context ${name} was for ${before.url}.`);
  if (options.flag('json')) terminal.json({ context: name, url, identity: found.identity?.body.json ?? null });
  else {
    const who =
      found.identity === null
        ? 'It knows no identities.'
        : `You are ${terminal.style.bold(found.identity.name)} of ${found.identity.organisation}.`;
    terminal.out(
      `${terminal.style.green('✓')} Logged in to ${url} as the context ${terminal.style.bold(name)}. ${who}`,
    );
  }
  for (const variable of ['WEIR_URL', 'WEIR_TOKEN', 'WEIR_CONTEXT'])
    if (io.env[variable]) terminal.note(`${variable} is set and goes before the context.`);
  return EXIT_CODES.ok;
};

/** `weir login` alone means the server of the named or current context, or the local one. */
function knownServer({ io, options }: CommandContext, kept: Contexts): string {
  const named = options.text('context');
  const known = named === null ? undefined : kept.contexts[named];
  if (named !== null && known === undefined)
    throw usageError(`Say which server the context ${named} is for: weir login URL --context ${named}`);
  return known?.url ?? serverTarget({ io, options }).url;
}

function addressOf(text: string): string {
  // A host alone means https, this machine http; `ftp://…` and `user:password@host` are refused, and not repeated: they may hold a secret.
  const address = serverAddress(
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
      ? text
      : `${/^(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(text) ? 'http' : 'https'}://${text}`,
  );
  if (address !== null) return address;
  throw usageError(
    'That is not an address of a server.',
    'Write it as https://weir.example.com or http://127.0.0.1:8080',
  );
}

/** That of the context for this server, else after its host. */
function nameFor({ contexts }: Contexts, url: string): string {
  const known = Object.entries(contexts).find(([, context]) => sameServer(context.url, url));
  if (known !== undefined) return known[0];
  const { hostname, port } = new URL(url);
  const host = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    ? 'local'
    : hostname.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 50);
  if (!Object.hasOwn(contexts, host)) return host;
  return `${host}-${port || 'default'}`;
}

async function identify(
  context: CommandContext,
  url: string,
): Promise<{ token: string | null; identity: Identity | null }> {
  const open = await askIdentity(createClient({ url, token: null, tokenFrom: null }));
  if (open === 'unknown') return { token: null, identity: null };
  if (open !== 'none') return { token: null, identity: open };
  warnOfPlainText(context, url);
  const token = await givenToken(context);
  const identity = await askIdentity(createClient({ url, token, tokenFrom: 'what was given' }));
  if (identity !== 'none' && identity !== 'unknown') return { token, identity };
  throw new CliError(`${url} refuses this token: it is unknown, expired or revoked. Nothing was kept.`, {
    exit: EXIT_CODES.unauthenticated,
  });
}

async function givenToken({ io, options }: CommandContext): Promise<string> {
  const given = options.text('token');
  if (given !== null && given !== '-')
    throw usageError(
      'A token on the command line can be read by others, and stays in the history of the shell.',
      'Pipe it: weir login URL --token - < token.txt. Revoke the one you typed.',
    );
  if (given === '-') {
    const token = tokenOf((await readStdin(io)).toString('utf8'));
    if (token === null) throw usageError('Standard input holds no token.');
    return token;
  }
  if (io.prompter === undefined)
    throw usageError('Nobody can be asked for a token here.', 'Pipe it: weir login URL --token - < token.txt');
  const answered = await io.prompter.secret('Token');
  if (answered === null) throw new CliError('Nothing was kept.', { exit: EXIT_CODES.interrupted });
  const token = tokenOf(answered);
  if (token === null)
    throw usageError(
      'A token is needed.',
      'Someone who may administer the organisation makes one: weir tokens create NAME --role ROLE',
    );
  return token;
}

function warnOfPlainText({ terminal }: CommandContext, url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    terminal.note(
      `${terminal.style.yellow('warning')} ${url} is not encrypted: whoever is on the way reads the token.`,
    );
}
