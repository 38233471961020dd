import type { OptionDefinition } from '../command.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

export const SERVER: OptionDefinition = {
  flags: '--server <url>',
  description: `address of the API; WEIR_URL, else ${DEFAULT_SERVER}`,
};
export const JSON_OUT: OptionDefinition = { flags: '--json', description: 'print JSON' };
export const ADAPTERS: OptionDefinition = {
  flags: '--adapters <dir>',
  description: 'a further folder of adapter files',
};
export const INPUT: OptionDefinition = {
  flags: '-i, --input <json>',
  description: 'input: JSON, @file, or - for standard input',
};
