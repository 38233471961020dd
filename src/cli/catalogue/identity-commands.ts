import type { CommandDefinition } from '../command.ts';
import { JSON_OUT, LIMIT, SERVER } from './common-options.ts';

const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;
const ID = { name: 'id', kind: 'required', description: 'its id' } as const;
const ON = [
  { flags: '--category <name>', description: 'only on flows of this category' },
  { flags: '--flow <name>', description: 'only on this flow' },
] as const;

/** Commands about who may do what. */
export const IDENTITY_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'tokens',
    group: 'Manage',
    summary: 'List machine tokens',
    description:
      'Administrators see all of the organisation, everyone else those that they made. Secrets are never shown.',
    args: [],
    options: [LIMIT, SERVER, JSON_OUT],
    examples: [{ line: 'weir tokens', does: 'with what they may do, and until when' }],
    exits: ASKED,
    load: async () => (await import('../commands/tokens.ts')).tokens,
    subcommands: [
      {
        name: 'create',
        summary: 'Make a token that may do no more than you may',
        description: 'Its secret is printed on standard output alone, this once.',
        args: [{ name: 'name', kind: 'required', description: 'what it is for' }],
        options: [
          {
            flags: '--role <role>',
            description: 'viewer, author, operator, admin or auditor; several by comma (required)',
          },
          ...ON,
          { flags: '--expires <duration>', description: '30d, 12h, at most a year, or never; 90 days when left out' },
          SERVER,
          JSON_OUT,
        ],
        examples: [
          { line: 'weir tokens create ci --role author --expires 30d > token.txt', does: 'for a build server' },
          { line: 'weir tokens create shop --role operator --category payments', does: 'on one category only' },
        ],
        exits: ASKED,
        load: async () => (await import('../commands/tokens.ts')).createToken,
      },
      {
        name: 'revoke',
        summary: 'Revoke a token, at once and for good',
        args: [ID],
        options: [{ flags: '--made', description: 'also the tokens that were made with it' }, SERVER, JSON_OUT],
        examples: [{ line: 'weir tokens revoke 0192…', does: 'the next request with it is refused' }],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/tokens.ts')).revokeToken,
      },
    ],
  },
  {
    name: 'grants',
    group: 'Manage',
    summary: 'List the roles of people and groups',
    args: [],
    options: [LIMIT, SERVER, JSON_OUT],
    examples: [{ line: 'weir grants', does: 'who may do what' }],
    exits: ASKED,
    load: async () => (await import('../commands/grants.ts')).grants,
    subcommands: [
      {
        name: 'give',
        summary: 'Give a role to a person or a group',
        args: [],
        options: [
          { flags: '--user <id>', description: 'a person; the ids: weir users' },
          { flags: '--group <name>', description: 'a group, as the identity provider names it' },
          {
            flags: '--role <role>',
            description: 'the role (required)',
            choices: ['viewer', 'author', 'operator', 'admin', 'auditor'],
          },
          ...ON,
          SERVER,
          JSON_OUT,
        ],
        examples: [
          {
            line: 'weir grants give --group support --role operator --category support',
            does: 'from the next request on',
          },
        ],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/grants.ts')).giveGrant,
      },
      {
        name: 'take',
        summary: 'Take a grant away',
        args: [ID],
        options: [SERVER, JSON_OUT],
        examples: [{ line: 'weir grants take 0192…', does: 'from the next request on' }],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/grants.ts')).takeGrant,
      },
    ],
  },
  {
    name: 'users',
    group: 'Manage',
    summary: 'List the people of the organisation',
    args: [],
    options: [LIMIT, SERVER, JSON_OUT],
    examples: [{ line: 'weir users', does: 'whom the identity provider has named' }],
    exits: ASKED,
    load: async () => (await import('../commands/users.ts')).users,
    subcommands: [
      {
        name: 'disable',
        summary: 'Refuse a user from now on; sessions end, and tokens of this user are revoked',
        args: [ID],
        options: [
          { flags: '--keep-tokens', description: 'leave the machine tokens that this user made' },
          SERVER,
          JSON_OUT,
        ],
        examples: [{ line: 'weir users disable user:…', does: 'at once' }],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/users.ts')).disableUser,
      },
      {
        name: 'enable',
        summary: 'Let a disabled user in again',
        args: [ID],
        options: [SERVER, JSON_OUT],
        examples: [{ line: 'weir users enable user:…', does: 'revoked tokens stay revoked' }],
        exits: ASKED,
        load: async () => (await import('../commands/users.ts')).enableUser,
      },
    ],
  },
  {
    name: 'orgs',
    group: 'Manage',
    summary: 'List organisations',
    description: 'All of them for the organisation `default`, which operates the installation; elsewhere your own.',
    args: [],
    options: [LIMIT, SERVER, JSON_OUT],
    examples: [{ line: 'weir orgs', does: 'all organisations' }],
    exits: ASKED,
    load: async () => (await import('../commands/orgs.ts')).orgs,
    subcommands: [
      {
        name: 'create',
        summary: 'Make an organisation',
        description: 'The token of its owner is printed on standard output alone, this once.',
        args: [{ name: 'id', kind: 'required', description: 'small letters, digits and dashes' }],
        options: [{ flags: '--title <text>', description: 'name for people' }, SERVER, JSON_OUT],
        examples: [
          {
            line: 'weir orgs create acme --title "Acme Inc." > owner.txt',
            does: 'with environments dev, staging and prod',
          },
        ],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/orgs.ts')).createOrg,
      },
    ],
  },
];
