import { CATALOGUE } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';

const GROUPS: Readonly<Record<string, string>> = {
  '0': 'Reading the document',
  '1': 'The flow and its settings',
  '2': 'Steps',
  '3': 'Values and expressions',
  '4': 'References',
  '5': 'Calls',
};

/** docs/reference/diagnostics.md, from the catalogue. */
export function renderDiagnostics(): string {
  const lines = [
    '# Diagnostics',
    '',
    '<!-- Generated from src/dsl/diagnostics/catalogue.ts: change it there, then run the tests with UPDATE_GOLDENS=1. -->',
    '',
    'Every problem that the compiler finds has one of these codes. All problems of a flow are told at once. An **error** keeps the flow from',
    'being published; a **warning** does not.',
  ];
  let group = '';
  for (const [code, entry] of Object.entries(CATALOGUE).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const digit = code.charAt('WEIR'.length);
    if (digit !== group) lines.push('', `## ${GROUPS[digit] ?? digit}`);
    group = digit;
    lines.push('', ...renderEntry(code, entry));
  }
  return `${lines.join('\n')}\n`;
}

function renderEntry(code: string, entry: CatalogueEntry): string[] {
  return [
    `### ${code}: ${entry.title}`,
    '',
    `*${entry.severity}* · ${entry.explanation}`,
    '',
    'Brings it up:',
    '',
    ...block(entry.bad),
    '',
    'Instead:',
    '',
    ...block(entry.fix),
  ];
}

/** YAML in a block of code, a sentence as a sentence. */
function block(text: string): string[] {
  const yaml = /^[-\w]+:|^- /.test(text);
  return yaml ? ['```yaml', ...text.split('\n'), '```'] : [`> ${text}`];
}
