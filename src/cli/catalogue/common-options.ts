import type { OptionDefinition } from '../command.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

export const SERVER: OptionDefinition = {
  flags: '--server <url>',
  description: `address of the API; else that of the context, of WEIR_URL, or ${DEFAULT_SERVER}`,
};
/** Comes with every `--server`: see catalogue/index.ts. */
export const CONTEXT: OptionDefinition = {
  flags: '--context <name>',
  description: 'server and token of this context; WEIR_CONTEXT, else the current one',
  complete: 'contexts',
};
export const YES: OptionDefinition = { flags: '-y, --yes', description: "don't ask, do it" };
export const DRY_RUN: OptionDefinition = { flags: '--dry-run', description: 'show what would be done, and do nothing' };
export const LIMIT: OptionDefinition = { flags: '--limit <n>', description: 'at most so many', default: '50' };
export const JSON_OUT: OptionDefinition = { flags: '--json', description: 'print JSON' };
export const ADAPTERS: OptionDefinition = {
  flags: '--adapters <dir>',
  description: 'a further folder of adapter files',
};
export const INPUT: OptionDefinition = {
  flags: '-i, --input <json>',
  description: 'input: JSON, @file, or - for standard input',
};
export const RENEW_OWNER: OptionDefinition = {
  flags: '--renew-owner',
  description: "revoke the owner's token and print a new one, for who lost it",
};
