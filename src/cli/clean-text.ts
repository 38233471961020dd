/** C0 without tab and line feed, DEL, C1, line and paragraph separators, and what turns the direction of text (Trojan Source). */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const UNSAFE_ALL = new RegExp(UNSAFE, 'g');
/** The styles that this program uses: bold, dim, and its colours. Concealed text, cursor moves, titles and links are not among them. */
const STYLED = new RegExp(`\\u001b\\[(?:0|1|2|22|3[0-9]|90)m|${UNSAFE.source}`, 'g');

/**
 * Text from outside for one place on the screen, such as a cell: control characters are shown as `\x1b`, line breaks and tabs too.
 * Whoever names a flow or writes a comment must not move the cursor, forge lines or hide text.
 */
export function cleanText(text: string): string {
  return text.replace(/[\n\t]/g, (char) => (char === '\n' ? '\\n' : '\\t')).replace(UNSAFE_ALL, shown);
}

/** Text of several lines: as `cleanText`, but line feeds and tabs stay; CRLF counts as a line feed. */
export function cleanLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSAFE_ALL, shown);
}

/** The last guard, for all that is written to a terminal: lets the styles of this program through, where it uses any. */
export function cleanOutput(text: string, styles: boolean): string {
  if (!styles) return cleanLines(text);
  return text.replaceAll('\r\n', '\n').replace(STYLED, (found) => (found.length > 1 ? found : shown(found)));
}

/** JSON with every unsafe character escaped: the same value for programs, harmless on a terminal. */
export function cleanJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(
    UNSAFE_ALL,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function shown(char: string): string {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}
