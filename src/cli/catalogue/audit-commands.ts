import type { CommandDefinition, OptionDefinition } from '../command.ts';
import { JSON_OUT, SERVER } from './common-options.ts';

const SINCE: OptionDefinition = {
  flags: '--since <when>',
  description: 'only what was recorded since: 30m, 24h, 7d ago, or an RFC 3339 instant',
};
const UNTIL: OptionDefinition = { flags: '--until <when>', description: 'only what was recorded before' };
const LIST_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--action <action>', description: 'only this, as in flow.create' },
  { flags: '--actor <id>', description: 'only what this principal did' },
  { flags: '--type <type>', description: 'only about this kind of thing, as in flow or execution' },
  { flags: '--subject <id>', description: 'only about the thing of this id' },
  SINCE,
  UNTIL,
  { flags: '--limit <n>', description: 'at most so many', default: '20' },
  SERVER,
  JSON_OUT,
];
const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;

/** Commands about the audit log. */
export const AUDIT_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'audit',
    group: 'Manage',
    summary: 'List, export and verify the audit log',
    description:
      'Who did what and when, in a chain of hashes for each organisation. Without a subcommand: the newest records.',
    args: [],
    options: LIST_OPTIONS,
    examples: [{ line: 'weir audit --since 24h', does: 'what was done today' }],
    exits: ASKED,
    load: async () => (await import('../commands/audit.ts')).audit,
    subcommands: [
      {
        name: 'list',
        summary: 'List audit records, newest first',
        args: [],
        options: LIST_OPTIONS,
        examples: [
          { line: 'weir audit list --action deployment.create --since 7d', does: 'what was deployed this week' },
        ],
        exits: ASKED,
        load: async () => (await import('../commands/audit.ts')).audit,
      },
      {
        name: 'export',
        summary: 'Export audit records, oldest first',
        description:
          'As jsonl the export can be verified without the server: weir audit verify FILE. csv is for spreadsheets, ocsf (API Activity with the profile record_integrity, one event a line) for a SIEM.',
        args: [],
        options: [
          {
            flags: '-f, --format <format>',
            description: 'form of the export',
            choices: ['jsonl', 'csv', 'ocsf'],
            default: 'jsonl',
          },
          { flags: '-o, --out <file>', description: 'write to a file, which is there only when it is whole' },
          SINCE,
          UNTIL,
          SERVER,
        ],
        examples: [
          { line: 'weir audit export > audit.jsonl', does: 'the whole chain' },
          { line: 'weir audit export --format csv --since 30d --out march.csv', does: 'a month for a spreadsheet' },
        ],
        exits: ASKED,
        load: async () => (await import('../commands/audit-export.ts')).auditExport,
      },
      {
        name: 'verify',
        summary: 'Verify an export offline, or the chain in the database',
        description:
          'With a file, nothing but the file is needed: every record is hashed anew and the signatures are checked. Names the first line that is wrong. The key in the file says that it is whole, not who made it: give the key that you got from the server by --key. Checkpoints kept outside of the database also tell that it was put back to an old copy. Without a file the server checks its database.',
        args: [{ name: 'file', kind: 'optional', description: 'an export in jsonl; - for standard input' }],
        options: [
          { flags: '--key <file>', description: 'public key (PEM) that must have signed it' },
          { flags: '--checkpoints <file>', description: 'checkpoints kept outside of the database' },
          SERVER,
          JSON_OUT,
        ],
        examples: [
          { line: 'weir audit verify audit.jsonl', does: 'offline' },
          {
            line: 'weir audit verify audit.jsonl --key audit.pub.pem --checkpoints checkpoints.jsonl',
            does: 'also against a forged chain and a database put back',
          },
        ],
        exits: ASKED,
        load: async () => (await import('../commands/audit-verify.ts')).auditVerify,
      },
    ],
  },
];
