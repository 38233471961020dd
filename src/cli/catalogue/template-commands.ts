import type { CommandDefinition } from '../command.ts';
import { JSON_OUT, LIMIT, SERVER } from './common-options.ts';

const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;
const NAME = { name: 'name', kind: 'required', description: 'name of the template' } as const;

export const TEMPLATE_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'templates',
    group: 'Manage',
    summary: 'List templates that flows can be made from',
    args: [],
    options: [LIMIT, SERVER, JSON_OUT],
    examples: [{ line: 'weir templates', does: 'with their parameters' }],
    exits: ASKED,
    load: async () => (await import('../commands/templates.ts')).templates,
    subcommands: [
      {
        name: 'show',
        summary: 'Print one template as JSON',
        args: [NAME],
        options: [{ flags: '--source', description: 'only its source, byte for byte' }, SERVER, JSON_OUT],
        examples: [{ line: 'weir templates show approval', does: 'with the schema of its parameters' }],
        exits: ASKED,
        load: async () => (await import('../commands/templates.ts')).showTemplate,
      },
      {
        name: 'create',
        summary: 'Store a template: a flow with places {{name}} in its values',
        args: [NAME, { name: 'file', kind: 'required', description: 'the source, or - for standard input' }],
        options: [
          { flags: '--parameters <json>', description: 'JSON Schema of the parameters: JSON or @file (required)' },
          { flags: '--title <text>', description: 'title for people' },
          { flags: '--category <name>', description: 'its category' },
          SERVER,
          JSON_OUT,
        ],
        examples: [
          { line: 'weir templates create approval approval.yaml --parameters @schema.json', does: 'for others to use' },
        ],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/templates.ts')).createTemplate,
      },
      {
        name: 'use',
        summary: 'Make a flow from a template',
        args: [NAME],
        options: [
          { flags: '--flow <name>', description: 'name of the new flow (required)' },
          { flags: '--parameters <json>', description: 'values: JSON, @file, or - for standard input' },
          SERVER,
          JSON_OUT,
        ],
        examples: [
          {
            line: `weir templates use approval --flow refund-approval --parameters '{"to": "finance"}'`,
            does: 'a flow of its own, from then on',
          },
        ],
        exits: [...ASKED, 'conflict'],
        load: async () => (await import('../commands/templates.ts')).useTemplate,
      },
      {
        name: 'delete',
        summary: 'Delete a template; flows made from it stay',
        args: [NAME],
        options: [SERVER, JSON_OUT],
        examples: [{ line: 'weir templates delete approval', does: 'for good' }],
        exits: ASKED,
        load: async () => (await import('../commands/templates.ts')).deleteTemplate,
      },
    ],
  },
];
