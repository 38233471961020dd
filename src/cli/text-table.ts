import { cleanText } from './clean-text.ts';
import type { Style, Terminal } from './terminal.ts';

export interface Column<T> {
  readonly title: string;
  /** As the server has it: it is cleaned here. */
  readonly text: (row: T) => string;
  readonly paint?: (row: T, style: Style) => (text: string) => string;
  /** Never cut: ids and names that one copies. */
  readonly keep?: true;
}

const GAP = '  ';
const NARROWEST = 8;
/** A table without lines, cut to the width of the terminal; columns that are empty in every row are left out. */
export function textTable<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  { style, columns: width }: Pick<Terminal, 'style' | 'columns'>,
): string {
  const cells = rows.map((row) => columns.map((column) => cleanText(column.text(row))));
  const shown = columns
    .map((_, i) => cells.some((line) => line[i] !== ''))
    .map((has, i) => (has ? i : -1))
    .filter((i) => i >= 0);
  const widths = fit(
    shown.map((i) => ({
      width: cells.reduce(
        (most, line) => Math.max(most, displayWidth(line[i] ?? '')),
        displayWidth(columns[i]?.title ?? ''),
      ),
      keep: columns[i]?.keep === true,
    })),
    width,
  );
  const lines = rows.map((row, at) =>
    shown.map((i, place) => {
      const text = cut(cells[at]?.[i] ?? '', widths[place] ?? Infinity);
      return padded(text, widths[place] ?? 0, columns[i]?.paint?.(row, style));
    }),
  );
  const head = shown.map((i, place) => padded(columns[i]?.title ?? '', widths[place] ?? 0, style.dim));
  return [head, ...lines].map((line) => line.join(GAP).trimEnd()).join('\n');
}

/** Painted, then filled up with plain spaces, so that the end of a line holds nothing unseen. */
function padded(text: string, width: number, paint: (text: string) => string = String): string {
  return `${text === '' ? '' : paint(text)}${' '.repeat(Math.max(0, width - displayWidth(text)))}`;
}

/** Takes from the widest columns that may be cut, until the line fits or all are narrow. */
function fit(columns: readonly { width: number; keep: boolean }[], available: number | null): readonly number[] {
  const widths = columns.map(({ width }) => width);
  if (available === null) return widths;
  let over = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - available;
  while (over > 0) {
    const open = widths.map((width, i) => (columns[i]?.keep === true ? 0 : width));
    const widest = Math.max(...open);
    if (widest <= NARROWEST) break;
    const at = open.indexOf(widest);
    const second = Math.max(NARROWEST, ...open.filter((_, i) => i !== at));
    const less = Math.min(over, Math.max(1, widest - second));
    widths[at] = widest - less;
    over -= less;
  }
  return widths;
}

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const char of text) {
    used += displayWidth(char);
    if (used > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Columns that a text takes: East Asian characters and emoji take two, marks that combine none. */
export function displayWidth(text: string): number {
  let width = 0;
  // Plain ASCII is most of what there is.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  for (const char of text) {
    if (/\p{M}|\u200d/u.test(char)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return width;
}
