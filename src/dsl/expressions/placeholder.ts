import { skipString, startsString } from './string-literal.ts';

/**
 * Where the expression of a `${ … }` ends: position of its `}`, or -1 if it is not closed. Braces of map literals and
 * strings inside are skipped. `from` is the position after `${`.
 */
export function closingBrace(text: string, from: number): number {
  let open = 0;
  let pos = from;
  while (pos < text.length) {
    const char = text.charAt(pos);
    const quoted = startsString(text, pos) && (char === '"' || char === "'" || !/\w/.test(text.charAt(pos - 1)));
    if (quoted) pos = skipString(text, pos);
    else {
      if (char === '{') open++;
      else if (char === '}' && open-- === 0) return pos;
      pos++;
    }
  }
  return -1;
}
