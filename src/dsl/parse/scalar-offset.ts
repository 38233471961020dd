import type { ScalarNode } from './node.ts';

/**
 * Where the character at `offset` of a scalar's value stands in the source. Exact for plain, quoted and block scalars;
 * within folded lines exact as long as the text has no runs of spaces.
 */
export function scalarOffset(source: string, node: ScalarNode, offset: number): number {
  const value = String(node.value);
  const quoted = node.style === 'single' || node.style === 'double';
  const end = quoted ? node.end - 1 : node.end;
  let raw = quoted ? node.start + 1 : node.start;
  let at = 0;
  while (raw < end) {
    const skipped = unseen(source, raw, node.style, value[at]);
    if (skipped > 0) {
      raw += skipped;
      continue;
    }
    if (at >= offset) break;
    const [sourceLength, valueLength] = step(source, raw, node.style, value, at);
    raw += sourceLength;
    at += valueLength;
  }
  return Math.min(raw, node.end);
}

/** Source characters that stand for nothing in the value: indentation and folded line ends. */
function unseen(source: string, raw: number, style: ScalarNode['style'], next: string | undefined): number {
  const char = source[raw] ?? '';
  if (style === 'double' && char === '\\' && source[raw + 1] === '\n') return 2;
  if (char === '\r') return 1;
  if (char === '\n' && next === ' ') return 0;
  return (char === ' ' || char === '\t' || char === '\n') && char !== next ? 1 : 0;
}

function step(
  source: string,
  raw: number,
  style: ScalarNode['style'],
  value: string,
  at: number,
): readonly [number, number] {
  const char = source[raw];
  if (style === 'single' && char === "'") return [2, 1];
  if (style !== 'double' || char !== '\\') return [1, 1];
  const escape = source[raw + 1];
  if (escape === 'x') return [4, 1];
  if (escape === 'u') return [6, 1];
  if (escape === 'U') return [10, (value.codePointAt(at) ?? 0) > 0xffff ? 2 : 1];
  return [2, 1];
}
