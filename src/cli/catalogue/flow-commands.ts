import type { CommandDefinition } from '../command.ts';
import { JSON_OUT, LIMIT, SERVER, YES } from './common-options.ts';

const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;

/** Commands about the flows of a server. */
export const FLOW_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'flows',
    group: 'Look',
    summary: 'List and search flows, or show one with its versions',
    args: [{ name: 'name', kind: 'optional', description: 'name of a flow' }],
    options: [
      { flags: '--search <text>', description: 'words of name, title, description or category' },
      { flags: '--category <name>', description: 'only of this category' },
      { flags: '--tag <tag>', description: 'only with this tag' },
      { flags: '--archived', description: 'archived flows' },
      { flags: '--source', description: 'print the source of the latest version, byte for byte' },
      LIMIT,
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir flows --search refund', does: 'finds flows' },
      { line: 'weir flows pay', does: 'its versions, and where it runs' },
      { line: 'weir flows pay --source > pay.flow.yaml', does: 'the source' },
    ],
    exits: ASKED,
    load: async () => (await import('../commands/flows.ts')).flows,
  },
  {
    name: 'archive',
    group: 'Manage',
    summary: 'Archive a flow: its versions and executions stay',
    args: [{ name: 'name', kind: 'required', description: 'name of the flow' }],
    options: [{ flags: '--force', description: 'also while it is deployed or running' }, YES, SERVER, JSON_OUT],
    examples: [{ line: 'weir archive old-pay', does: 'asks first' }],
    exits: [...ASKED, 'conflict', 'changesPending', 'interrupted'],
    load: async () => (await import('../commands/flows.ts')).archive,
  },
  {
    name: 'clone',
    group: 'Manage',
    summary: 'Make a new flow with the source of another one',
    args: [
      { name: 'source', kind: 'required', description: 'FLOW or FLOW@VERSION' },
      { name: 'name', kind: 'required', description: 'name of the new flow' },
    ],
    options: [SERVER, JSON_OUT],
    examples: [{ line: 'weir clone pay@1.2.0 pay-eu', does: 'a flow of its own, from then on' }],
    exits: [...ASKED, 'conflict'],
    load: async () => (await import('../commands/flows.ts')).clone,
  },
];
