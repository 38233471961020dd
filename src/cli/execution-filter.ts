import type { CommandOptions } from './command-options.ts';
import type { OptionDefinition } from './command.ts';
import { EXECUTION_STATUSES } from '../workflows/contract.ts';
import { sinceInstant } from './since-instant.ts';

/** Options that choose executions, of the list and of what is done in bulk. */
export const FILTER_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--flow <name>', description: 'only of this flow' },
  { flags: '--status <status>', description: 'only in this status', choices: EXECUTION_STATUSES },
  { flags: '--env <environment>', description: 'only in this environment' },
  { flags: '--version <version>', description: 'only of this version of the flow' },
  { flags: '--tag <tag>', description: 'only with this tag' },
  { flags: '--since <when>', description: 'only started since: 30m, 24h, 7d ago, or an RFC 3339 instant' },
  { flags: '--until <when>', description: 'only started before: like --since' },
  { flags: '--search <text>', description: 'only with this beginning of the id, or this tag' },
];

/** What the options choose, as the API takes it. Lengths of time become instants, so that asking twice means the same. Throws a usage error. */
export function executionFilter(options: CommandOptions, now: number): Readonly<Record<string, string>> {
  const instant = (name: string): string | null => {
    const text = options.text(name);
    return text === null ? null : sinceInstant(text, now, `--${name}`);
  };
  const given = {
    flow: options.text('flow'),
    status: options.text('status'),
    environment: options.text('env'),
    version: options.text('version'),
    tag: options.text('tag'),
    since: instant('since'),
    until: instant('until'),
    q: options.text('search'),
  };
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
