import { usageError } from './cli-error.ts';
import type { CommandOptions } from './command-options.ts';
import { requiredOption } from './required-option.ts';

export const ROLE_NAMES = ['viewer', 'author', 'operator', 'admin', 'auditor'] as const;

type On =
  | { readonly kind: 'all' }
  | { readonly kind: 'category'; readonly category: string }
  | { readonly kind: 'flow'; readonly flow: string };

/** What `--role`, `--category` and `--flow` ask for, as the API takes it; `--role` may name several. Throws a usage error. */
export function grantsOf(options: CommandOptions): readonly { readonly role: string; readonly on: On }[] {
  const roles = requiredOption(options, 'role', `Roles: ${ROLE_NAMES.join(', ')}`).split(',');
  const [category, flow] = [options.text('category'), options.text('flow')];
  if (category !== null && flow !== null) throw usageError('--category and --flow exclude each other.');
  const on: On =
    category !== null ? { kind: 'category', category } : flow !== null ? { kind: 'flow', flow } : { kind: 'all' };
  return roles.map((role) => {
    if (!ROLE_NAMES.some((one) => one === role))
      throw usageError(`There is no role "${role}".`, `Roles: ${ROLE_NAMES.join(', ')}`);
    return { role, on };
  });
}
