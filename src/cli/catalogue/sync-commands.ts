import type { CommandDefinition } from '../command.ts';
import { ADAPTERS, DRY_RUN, JSON_OUT, SERVER, YES } from './common-options.ts';

/** Commands that bring files to a server and back. */
export const SYNC_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'push',
    group: 'Deploy',
    summary: 'Bring flows, adapters and the action catalogue to a server',
    description:
      'Shows first what would be created and updated, then asks. All or nothing: with one fault nothing is changed. Files of a folder that are neither flows, adapters/*.yaml nor actions.yaml are left out. Without a terminal and without --yes it shows the plan, changes nothing, and ends with code 10 when there are changes. Flows that only the server has stay, unless --prune names them for archiving.',
    args: [{ name: 'paths', kind: 'variadic', description: 'folders or files; the working folder when left out' }],
    options: [
      YES,
      DRY_RUN,
      { flags: '--prune', description: 'archive flows that only the server has; each is named in the plan' },
      { flags: '--force', description: 'archive also flows that are deployed or running' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir push examples/', does: 'shows the plan, and asks' },
      { line: 'weir push flows --yes --prune', does: 'makes the server what the folder is, from a build server' },
    ],
    exits: ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden', 'conflict', 'changesPending', 'interrupted'],
    load: async () => (await import('../commands/push.ts')).push,
  },
  {
    name: 'pull',
    group: 'Deploy',
    summary: 'Bring what a server has into a folder',
    description:
      "Writes the latest version of each flow, the adapter files and the action catalogue. A flow that is in the folder already is written where it is, a new one as <flow>.flow.yaml. A file that differs from every version of the server is somebody's work: then nothing is written, and the end is code 9, unless --force is given. Nothing is removed.",
    args: [{ name: 'dir', kind: 'optional', description: 'the folder; the working folder when left out' }],
    options: [
      DRY_RUN,
      { flags: '--force', description: 'write over files that were changed here' },
      { flags: '--search <text>', description: 'only flows with this in name, title or description' },
      { flags: '--category <name>', description: 'only flows of this category' },
      { flags: '--tag <tag>', description: 'only flows with this tag' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir pull flows', does: 'brings the folder up to date' },
      { line: 'weir pull flows --dry-run', does: 'only shows what differs' },
    ],
    exits: ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden', 'conflict'],
    load: async () => (await import('../commands/pull.ts')).pull,
  },
  {
    name: 'diff',
    group: 'Deploy',
    summary: 'Show what differs between versions of a flow, or between a file and the server',
    description:
      'Of a flow: its latest version against the one before, or the versions that are named. Of a file: what pushing it would change. Lines first, then the steps that were added, removed, changed or moved.',
    args: [
      { name: 'flow', kind: 'required', description: 'a flow of the server, or a flow file' },
      { name: 'from', kind: 'optional', description: 'version; the one before the latest when left out' },
      { name: 'to', kind: 'optional', description: 'version; the latest when left out' },
    ],
    options: [
      { flags: '--exit-code', description: 'end with code 10 when there are differences' },
      ADAPTERS,
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir diff customer-support 1.2.0 1.3.0', does: 'between two versions' },
      { line: 'weir diff support.flow.yaml', does: 'between the file and the latest version of the server' },
    ],
    exits: ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden', 'changesPending'],
    load: async () => (await import('../commands/diff.ts')).diff,
  },
];
