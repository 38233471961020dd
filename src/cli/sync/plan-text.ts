import type { Fields } from '../answer-fields.ts';
import { cleanText } from '../clean-text.ts';
import { textReportOf } from '../diagnostics/text.ts';
import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';
import type { Style, Terminal } from '../terminal.ts';
import type { PushedFile } from './collect-files.ts';

const MARKS: Readonly<Record<string, readonly [string, (style: Style) => (text: string) => string]>> = {
  create: ['+', (style) => style.green],
  update: ['~', (style) => style.yellow],
  delete: ['-', (style) => style.red],
  invalid: ['✗', (style) => style.red],
  forbidden: ['✗', (style) => style.red],
};
const PAST: Readonly<Record<string, string>> = { create: 'created', update: 'updated', delete: 'archived' };

/** What a push would do, item by item: changes and faults in full, what stays as it is by number. */
export function planText(answer: Fields, files: readonly PushedFile[], { style }: Pick<Terminal, 'style'>): string {
  const sources = new Map(files.map((file) => [file.path, file.content]));
  const items = answer.list('items');
  const lines = items.flatMap((item) => {
    const [mark, paint] = MARKS[item.show('operation')] ?? [];
    if (mark === undefined || paint === undefined) return diagnosticLines(item, sources, style);
    return [
      `${paint(style)(`${mark} ${itemText(item)}`)}${place(item, style)}`,
      ...diagnosticLines(item, sources, style),
    ];
  });
  // Adapters and the catalogue stay anyway.
  const kept = items
    .filter((item) => item.show('operation') === 'keep' && item.show('kind') === 'flow')
    .map((item) => cleanText(item.show('name')));
  const unchanged = items.filter((item) => item.show('operation') === 'unchanged').length;
  return [
    ...lines,
    ...(unchanged > 0 ? [style.dim(`  ${unchanged} unchanged`)] : []),
    ...(kept.length > 0
      ? [style.dim(`  flows only on the server, they stay: ${listed(kept)} (--prune archives them)`)]
      : []),
    summaryText(answer),
  ].join('\n');
}

/** `3 to create, 1 to update` or, once applied, `3 created, 1 updated`. */
export function summaryText(answer: Fields): string {
  const applied = answer.flag('applied');
  const parts = ['create', 'update', 'delete', 'invalid', 'forbidden'].flatMap((operation) => {
    const count = countOf(answer, operation);
    if (count === 0) return [];
    if (operation === 'invalid' || operation === 'forbidden') return [`${count} ${operation}`];
    return [`${count} ${applied ? PAST[operation] : `to ${operation === 'delete' ? 'archive' : operation}`}`];
  });
  return parts.length === 0 ? 'Nothing to do: the server has it all.' : `${parts.join(', ')}.`;
}

/** How many items have this operation. */
export function countOf(answer: Fields, operation: string): number {
  return answer.list('items').filter((item) => item.show('operation') === operation).length;
}

/** `flow pay 1.1.0 → 1.2.0`. */
export function itemText(item: Fields): string {
  const [from, to] = [item.show('from'), item.show('version')];
  const versions = from !== '' && to !== '' && from !== to ? `${from} → ${to}` : to || from;
  const kind = item.show('kind') === 'catalogue' ? 'action catalogue' : item.show('kind');
  const name = item.show('kind') === 'catalogue' ? '' : item.show('name') || item.show('path');
  return cleanText([kind, name, versions].filter(Boolean).join(' '));
}

function place(item: Fields, style: Style): string {
  const reason = item.show('reason');
  return `${item.show('path') === '' ? '' : ` ${style.dim(cleanText(item.show('path')))}`}${reason === '' ? '' : `: ${cleanText(reason)}`}`;
}

function diagnosticLines(item: Fields, sources: ReadonlyMap<string, string>, style: Style): readonly string[] {
  if (!Array.isArray(item.json['diagnostics'])) return [];
  const path = item.show('path');
  const diagnostics = item.list('diagnostics').map(diagnosticOf);
  return diagnostics.length === 0
    ? []
    : [textReportOf({ file: cleanText(path), source: sources.get(path) ?? '', diagnostics }, style)];
}

function diagnosticOf(found: Fields): Diagnostic {
  const hint = found.show('hint');
  return {
    code: cleanText(found.show('code')),
    severity: found.show('severity') === 'warning' ? 'warning' : 'error',
    message: cleanText(found.show('message')),
    path: cleanText(found.show('path')),
    line: found.number('line') ?? 0,
    column: found.number('column') ?? 1,
    end_line: found.number('end_line') ?? 0,
    end_column: found.number('end_column') ?? 1,
    ...(hint === '' ? {} : { hint: cleanText(hint) }),
  };
}

function listed(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
}
