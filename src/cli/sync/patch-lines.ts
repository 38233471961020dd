import { cleanLines, cleanText } from '../clean-text.ts';
import type { Style } from '../terminal.ts';

export interface FlowDifference {
  /** What is compared, for people. */
  readonly from: string;
  readonly to: string;
  /** Unified, as `diff -u` writes it; empty when the sources are the same. */
  readonly text: string;
  readonly graph: readonly { readonly change: string; readonly at: string; readonly kind: string }[];
}

/** A difference for people: coloured lines, then the steps. */
export function patchLines({ text, graph }: FlowDifference, style: Style): readonly string[] {
  const lines = cleanLines(text)
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(={10,}|Index: .*)$/.test(line));
  const painted = text === '' ? [] : lines.map((line) => paintOf(line, style)(line));
  if (graph.length === 0) return painted;
  const parts = graph.map(({ change, at, kind }) => {
    const paint =
      { added: style.green, removed: style.red, changed: style.yellow, moved: style.cyan }[change] ?? String;
    return `  ${paint(cleanText(change).padEnd(8))} ${cleanText(at)}${kind === 'frame' ? '' : style.dim(` ${cleanText(kind)}`)}`;
  });
  return [...painted, ...(painted.length > 0 ? [''] : []), style.bold('Steps and settings'), ...parts];
}

function paintOf(line: string, style: Style): (text: string) => string {
  if (line.startsWith('+++') || line.startsWith('---')) return style.bold;
  if (line.startsWith('+')) return style.green;
  if (line.startsWith('-')) return style.red;
  return line.startsWith('@@') ? style.cyan : String;
}
