import { SyntaxProblem } from './syntax-problem.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const CODE = /x[0-9a-fA-F]{2}|X[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}/y;

/** True where a string literal begins: a quote, or `r` (raw) or `b` (bytes, refused when read) and a quote. */
export function startsString(text: string, at: number): boolean {
  return quoteAt(text, at + prefixLength(text, at)) !== null;
}

/** Reads a CEL string literal: single, double or triple quotes, raw or with escapes. Throws SyntaxProblem. */
export function readString(text: string, at: number): { value: string; end: number } {
  const prefix = text.slice(at, at + prefixLength(text, at)).toLowerCase();
  if (prefix.includes('b'))
    throw new SyntaxProblem({
      message: 'byte strings are not supported',
      at,
      length: 2,
      hint: 'Write the text without the b.',
    });
  const start = at + prefix.length;
  const quote = quoteAt(text, start) ?? '"';
  let pos = start + quote.length;
  let value = '';
  while (pos < text.length) {
    if (text.startsWith(quote, pos)) return { value, end: pos + quote.length };
    const char = text.charAt(pos);
    if (quote.length === 1 && (char === '\n' || char === '\r')) break;
    if (char === '\\' && prefix === '') {
      const escaped = readEscape(text, pos);
      value += escaped.value;
      pos = escaped.end;
    } else {
      value += char;
      pos++;
    }
  }
  throw new SyntaxProblem({
    message: 'the string is not closed',
    at,
    length: pos - at,
    hint: `Close it with ${quote}.`,
  });
}

/** Position after the string literal that begins at `at`, or the text's end if it is not closed. Never throws. */
export function skipString(text: string, at: number): number {
  const raw = text
    .slice(at, at + prefixLength(text, at))
    .toLowerCase()
    .includes('r');
  const start = at + prefixLength(text, at);
  const quote = quoteAt(text, start) ?? '"';
  let pos = start + quote.length;
  while (pos < text.length) {
    if (text.startsWith(quote, pos)) return pos + quote.length;
    pos += text.charAt(pos) === '\\' && !raw ? 2 : 1;
  }
  return text.length;
}

function readEscape(text: string, at: number): { value: string; end: number } {
  const simple = SIMPLE[text.charAt(at + 1)];
  if (simple !== undefined) return { value: simple, end: at + 2 };
  CODE.lastIndex = at + 1;
  const code = CODE.exec(text)?.[0];
  if (code !== undefined) {
    const octal = code.charCodeAt(0) < 56;
    const point = octal ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
    if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff))
      return { value: String.fromCodePoint(point), end: at + 1 + code.length };
  }
  throw new SyntaxProblem({
    message: 'this escape is not known',
    at,
    length: 2,
    hint: 'A backslash itself is written \\\\, or the string as r"…".',
  });
}

function prefixLength(text: string, at: number): number {
  if (!/[rRbB]/.test(text.charAt(at))) return 0;
  return /[rRbB]/.test(text.charAt(at + 1)) ? 2 : 1;
}

function quoteAt(text: string, at: number): string | null {
  const char = text.charAt(at);
  if (char !== '"' && char !== "'") return null;
  const triple = char.repeat(3);
  return text.startsWith(triple, at) ? triple : char;
}
