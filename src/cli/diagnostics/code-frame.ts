import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';
import type { Style } from '../terminal.ts';

const BEFORE = 2;
const AFTER = 1;
const MAX_WIDTH = 120;
const TAB = '  ';

/** The lines around a diagnostic with their numbers, and carets under the place. Without a place in the source: no lines. */
export function codeFrame(source: string, place: Diagnostic, style: Style): readonly string[] {
  const lines = source.split(/\r\n|\r|\n/);
  if (place.line < 1 || place.line > lines.length) return [];
  const from = Math.max(1, place.line - BEFORE);
  const to = Math.min(lines.length, place.line + AFTER);
  const width = String(to).length;
  const frame: string[] = [];
  for (let number = from; number <= to; number++) {
    const text = lines[number - 1] ?? '';
    const marked = number === place.line;
    const gutter = `${marked ? '>' : ' '} ${String(number).padStart(width)} |`;
    frame.push(`${marked ? style.red(gutter) : style.dim(gutter)} ${clip(text.replaceAll('\t', TAB))}`.trimEnd());
    if (marked) frame.push(`${style.dim(`  ${' '.repeat(width)} |`)} ${style.red(carets(text, place))}`);
  }
  return frame;
}

function carets(text: string, place: Diagnostic): string {
  const start = Math.max(0, place.column - 1);
  const end = place.end_line > place.line ? text.trimEnd().length : place.end_column - 1;
  const indent = visualWidth(text.slice(0, start));
  const length = Math.max(1, Math.min(visualWidth(text.slice(start, end)), MAX_WIDTH - indent));
  return `${' '.repeat(indent)}${'^'.repeat(length)}`;
}

/** Columns on a terminal: tabs are shown as two spaces, wide characters take two. */
function visualWidth(text: string): number {
  let width = 0;
  for (const char of text) width += char === '\t' ? TAB.length : isWide(char) ? 2 : 1;
  return width;
}

function isWide(char: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    char,
  );
}

function clip(text: string): string {
  return text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH - 1)}…` : text;
}
