import { MAX_EXPRESSION_CHARS } from './limits.ts';
import { readString, startsString } from './string-literal.ts';
import { SyntaxProblem } from './syntax-problem.ts';

export interface Token {
  /** `root` is `$name`, its value without the `$`; `field` is a name in backticks. */
  readonly type: 'number' | 'string' | 'name' | 'field' | 'root' | 'op' | 'end';
  readonly value: string | number;
  readonly at: number;
  readonly end: number;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const OPERATOR = /&&|\|\||==|!=|<=|>=|[<>+\-*/%!?:.,()[\]{}]/y;
const BACKTICK = /`([^`\n]+)`/y;

const STRAY: Readonly<Record<string, string>> = {
  '=': 'To compare, write ==.',
  '&': 'For “and”, write &&.',
  '|': 'For “or”, write ||.',
  $: 'A $ starts a name: $input, $vars, or a step’s id.',
};

/** Splits an expression into tokens; the last one is `end`. Throws SyntaxProblem. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_EXPRESSION_CHARS) {
    throw new SyntaxProblem({
      kind: 'too_long',
      message: `the expression has ${text.length} characters, more than ${MAX_EXPRESSION_CHARS}`,
      at: 0,
      length: text.length,
    });
  }
  const tokens: Token[] = [];
  let pos = 0;
  while (pos < text.length) {
    const char = text.charCodeAt(pos);
    if (char === 32 || char === 10 || char === 9 || char === 13) {
      pos++;
    } else if (char === 47 && text.charCodeAt(pos + 1) === 47) {
      const lineEnd = text.indexOf('\n', pos);
      pos = lineEnd < 0 ? text.length : lineEnd;
    } else {
      const token = readToken(text, pos);
      tokens.push(token);
      pos = token.end;
    }
  }
  tokens.push({ type: 'end', value: '', at: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, at: number): Token {
  const char = text.charAt(at);
  if (startsString(text, at)) {
    const { value, end } = readString(text, at);
    return { type: 'string', value, at, end };
  }
  const name = take(NAME, text, at);
  if (name !== null) return { type: 'name', value: name, at, end: at + name.length };
  if (char === '$') {
    const root = take(NAME, text, at + 1);
    if (root !== null) return { type: 'root', value: root, at, end: at + 1 + root.length };
  }
  const number = take(NUMBER, text, at);
  if (number !== null) return readNumber(text, at, number);
  const operator = take(OPERATOR, text, at);
  if (operator !== null) {
    if ((operator === '==' || operator === '!=') && text.charAt(at + 2) === '=') {
      throw new SyntaxProblem({
        message: `\`${operator}=\` is no operator`,
        at,
        length: 3,
        hint: `Write ${operator}.`,
      });
    }
    return { type: 'op', value: operator, at, end: at + operator.length };
  }
  const field = take(BACKTICK, text, at);
  if (field !== null) return { type: 'field', value: field.slice(1, -1), at, end: at + field.length };
  const hint = STRAY[char];
  throw new SyntaxProblem({ message: `unexpected ${describe(text, at)}`, at, ...(hint === undefined ? {} : { hint }) });
}

function readNumber(text: string, at: number, digits: string): Token {
  let end = at + digits.length;
  const whole = !/[.eE]/.test(digits) || /^0[xX]/.test(digits);
  if (whole && /[uU]/.test(text.charAt(end))) end++;
  if (take(NAME, text, end) !== null) {
    throw new SyntaxProblem({
      message: 'a name can’t start with a digit',
      at,
      length: end - at + 1,
      hint: 'A length of time is duration("5m"); a text stands in quotes.',
    });
  }
  const value = Number(digits);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    throw new SyntaxProblem({
      message: 'this number is too large to be exact',
      at,
      length: end - at,
      hint: 'Whole numbers go up to 9007199254740991; longer identifiers are strings.',
    });
  }
  return { type: 'number', value, at, end };
}

function take(pattern: RegExp, text: string, at: number): string | null {
  // Sticky patterns keep `lastIndex`: it is set before every use, so nothing is carried from one call to the next.
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function describe(text: string, at: number): string {
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return char < ' ' ? 'control character' : `\`${char}\``;
}
