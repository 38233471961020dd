import type { TextPart, ValueIr } from '../ir/value.ts';
import type { ParsedValue } from './parse-expression.ts';
import { parseSource } from './parse-source.ts';
import { closingBrace } from './placeholder.ts';
import type { Reference, ValueProblem } from './problem.ts';

const STEP = String.raw`\.\??[A-Za-z_]\w*|\[\??\d+\]|\[\??"(?:[^"\\\n]|\\.)*"\]|\[\??'(?:[^'\\\n]|\\.)*'\]`;
/** `$name` with fields and items: `$step.path[0].x`, `$trigger.headers["content-type"]`. */
const REFERENCE = new RegExp(String.raw`\$([A-Za-z_]\w*)(?:${STEP})*`, 'y');

/** Where a string stands: secrets and the callback address are for the params of calls only. */
export interface ValuePlaces {
  readonly secrets: boolean;
}

/**
 * Parses a string in a data place (dsl.md, section 3): plain data, exactly a reference, exactly one `${ … }`, or text with
 * `${ … }` in it. `$${` stands for `${`, `$$name` for `$name`; `$5` and a lone `$` are data. Never throws.
 *
 * Whether a name is a step's is not known here: problems with `root` (`reference_with_more`, `root_in_text`) and references
 * are the caller's to judge. If it drops such a problem, the value is right as it is: the text.
 */
export function parseValue(text: string, places: ValuePlaces): ParsedValue {
  if (!text.includes('$')) return { value: { v: 'lit', value: text }, problems: [], references: [] };
  const start = referenceAt(text, 0);
  if (start !== null && start.end === text.length)
    return finish(readPlaceholders(text, places, { from: 0, to: text.length }));
  const whole = text.startsWith('${') && closingBrace(text, 2) === text.length - 1;
  return finish(readPlaceholders(text, places, whole ? { from: 2, to: text.length - 1 } : null));
}

interface Reading {
  readonly parts: TextPart[];
  /** The text is nothing but one expression: its value keeps its type. */
  readonly single: boolean;
  readonly problems: ValueProblem[];
  readonly references: Reference[];
}

function readPlaceholders(text: string, places: ValuePlaces, single: { from: number; to: number } | null): Reading {
  const reading: Reading = { parts: [], single: single !== null, problems: [], references: [] };
  if (single !== null) {
    readSource(text, single.from, single.to, places, reading);
    return reading;
  }
  let pos = 0;
  let literal = '';
  // Names inside an escaped `$${ … }` are text on purpose.
  let quietUntil = -1;
  const flush = (): void => {
    if (literal !== '') reading.parts.push(literal);
    literal = '';
  };
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', pos)) {
    literal += text.slice(pos, at);
    if (text.startsWith('$${', at) || (text.startsWith('$$', at) && /[A-Za-z_]/.test(text.charAt(at + 2)))) {
      // The name or brace that follows is plain text now.
      literal += text.slice(at + 1, at + 3);
      pos = at + 3;
      if (text.charAt(at + 2) === '{') quietUntil = closingBrace(text, pos);
    } else if (text.startsWith('${', at)) {
      const close = closingBrace(text, at + 2);
      if (close < 0) {
        reading.problems.push({
          kind: 'syntax',
          severity: 'error',
          message: 'this `${` is not closed',
          hint: 'Close it with }, or write $${ for the text ${.',
          offset: at,
          length: 2,
        });
        literal += text.slice(at);
        pos = text.length;
        break;
      }
      flush();
      readSource(text, at + 2, close, places, reading);
      pos = close + 1;
    } else {
      if (at > quietUntil) reportName(text, at, reading);
      literal += '$';
      pos = at + 1;
    }
  }
  literal += text.slice(pos);
  flush();
  return reading;
}

function readSource(text: string, from: number, to: number, places: ValuePlaces, reading: Reading): void {
  const parsed = parseSource(text, from, to, places);
  reading.problems.push(...parsed.problems);
  reading.references.push(...parsed.references);
  reading.parts.push(parsed.filled ?? { src: parsed.src });
}

/** A `$name` that is not interpolated: an error at the start, where a reference was meant, a warning further on. */
function reportName(text: string, at: number, reading: Reading): void {
  const reference = referenceAt(text, at);
  if (reference === null) return;
  const { root, end } = reference;
  const common = { root, offset: at, length: end - at };
  if (at > 0) {
    reading.problems.push({
      ...common,
      kind: 'root_in_text',
      severity: 'warning',
      message: `\`$${root}\` in the middle of a text is not filled in`,
      hint: `Write \${ ${text.slice(at, end)} } to fill it in, or $$${root} for the text.`,
    });
    return;
  }
  const lineBreak = text.slice(end).trim() === '';
  const dashed = /^(?:-[A-Za-z0-9_]+)+$/.test(text.slice(end)) ? /\.([A-Za-z_]\w*)$/.exec(text.slice(0, end)) : null;
  const hint = dashed
    ? `Write ${text.slice(0, dashed.index)}["${text.slice(dashed.index + 1)}"]: a name with a dash stands in brackets.`
    : lineBreak
      ? 'Take away the blanks or the line break after it (in YAML: |- or >- in place of | or >).'
      : `Write \${ ${text} } for an expression, \${ ${text.slice(0, end)} } to fill it into a text, or $$${root} for the text itself.`;
  reading.problems.push({
    ...common,
    length: text.length,
    kind: 'reference_with_more',
    severity: 'error',
    message: `the string starts with \`$${root}\` but is not exactly a reference`,
    hint,
  });
}

function referenceAt(text: string, at: number): { root: string; end: number } | null {
  // Sticky: the position is set before every use.
  REFERENCE.lastIndex = at;
  const match = REFERENCE.exec(text);
  return match?.[1] === undefined ? null : { root: match[1], end: at + match[0].length };
}

function finish({ parts, single, problems, references }: Reading): ParsedValue {
  const [first] = parts;
  if (parts.every((part) => typeof part === 'string'))
    return { value: { v: 'lit', value: parts.join('') }, problems, references };
  if (single && first !== undefined && typeof first === 'object') {
    const value: ValueIr =
      'src' in first
        ? { v: 'expr', src: first.src }
        : 'secret' in first
          ? { v: 'secret', name: first.secret }
          : { v: 'callback_url' };
    return { value, problems, references };
  }
  return { value: { v: 'text', parts }, problems, references };
}
