import type { Fields } from './answer-fields.ts';
import { cleanText } from './clean-text.ts';
import type { CommandContext } from './command.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { type Column, textTable } from './text-table.ts';

/** A column with a field of the items as it is. */
export function column(title: string, name: string, more: Partial<Column<Fields>> = {}): Column<Fields> {
  return { title, text: (item) => item.show(name), ...more };
}

/** Prints a list: as JSON, as a table, or in words that there is none. */
export function showList(
  { options, terminal }: Pick<CommandContext, 'options' | 'terminal'>,
  list: { items: readonly Fields[]; columns: readonly Column<Fields>[]; none: string },
): ExitCode {
  if (options.flag('json')) terminal.json(list.items.map((item) => item.json));
  else if (list.items.length === 0) terminal.note(list.none);
  else terminal.out(textTable(list.items, list.columns, terminal));
  return EXIT_CODES.ok;
}

/** Prints one thing: as JSON, or as lines of a name and what it is; empty ones are left out. */
export function showDone(
  { options, terminal }: Pick<CommandContext, 'options' | 'terminal'>,
  answer: Fields,
  line: string,
): ExitCode {
  if (options.flag('json')) terminal.json(answer.json);
  else terminal.out(`${terminal.style.green('✓')} ${cleanText(line)}`);
  return EXIT_CODES.ok;
}
