import type { CommandDefinition } from '../command.ts';
import { JSON_OUT, SERVER } from './common-options.ts';

const CONTEXT_NAME = {
  name: 'name',
  kind: 'required',
  description: 'name of the context',
  complete: 'contexts',
} as const;

/** Commands about servers and who one is there. */
export const LOGIN_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'login',
    group: 'Log in',
    summary: 'Log in to a server, and keep it as a context',
    description:
      'Asks for a token without showing it, checks it with the server, and keeps both in config.json under $XDG_CONFIG_HOME/weir (else ~/.config/weir), readable by you alone. Scripts pipe the token: --token -. The context becomes the current one. A server that knows no identities is kept without a token.',
    args: [{ name: 'url', kind: 'optional', description: 'the server; that of the context when left out' }],
    options: [
      {
        flags: '--context <name>',
        description: 'name of the context; that of this server, else after its host',
        complete: 'contexts',
      },
      { flags: '--token <->', description: 'read the token from standard input: --token -' },
      JSON_OUT,
    ],
    examples: [
      { line: 'weir login https://weir.example.com', does: 'asks for the token' },
      { line: 'weir login https://weir.example.com --context prod --token - < token.txt', does: 'for scripts' },
    ],
    exits: ['ok', 'failed', 'unreachable', 'unauthenticated', 'interrupted'],
    load: async () => (await import('../commands/login.ts')).login,
  },
  {
    name: 'logout',
    group: 'Log in',
    summary: 'Forget the token of a context',
    description: 'The token stays good elsewhere: `weir tokens revoke` ends it.',
    args: [],
    options: [
      {
        flags: '--context <name>',
        description: 'the context; WEIR_CONTEXT, else the current one',
        complete: 'contexts',
      },
    ],
    examples: [{ line: 'weir logout', does: 'of the current context' }],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/logout.ts')).logout,
  },
  {
    name: 'whoami',
    group: 'Log in',
    summary: 'Tell who you are to the server, and what you may do',
    args: [],
    options: [SERVER, JSON_OUT],
    examples: [{ line: 'weir whoami --context prod', does: 'name, organisation and grants' }],
    exits: ['ok', 'failed', 'unreachable', 'unauthenticated'],
    load: async () => (await import('../commands/whoami.ts')).whoami,
  },
  {
    name: 'contexts',
    group: 'Log in',
    summary: 'List the kept servers',
    args: [],
    options: [{ flags: '--names', description: 'only their names, one a line' }, JSON_OUT],
    examples: [{ line: 'weir contexts', does: 'the current one has a star; tokens are never shown' }],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/contexts.ts')).contexts,
    subcommands: [
      {
        name: 'use',
        summary: 'Make a context the current one',
        args: [CONTEXT_NAME],
        options: [],
        examples: [{ line: 'weir contexts use prod', does: 'from now on commands talk to that server' }],
        exits: ['ok', 'failed'],
        load: async () => (await import('../commands/contexts.ts')).useContext,
      },
      {
        name: 'remove',
        summary: 'Forget a context with its token',
        args: [CONTEXT_NAME],
        options: [],
        examples: [{ line: 'weir contexts remove prod', does: 'the token itself stays good elsewhere' }],
        exits: ['ok', 'failed'],
        load: async () => (await import('../commands/contexts.ts')).removeContext,
      },
    ],
  },
];
