import type { ValueIr } from '../ir/value.ts';
import { parseSource } from './parse-source.ts';
import { closingBrace } from './placeholder.ts';
import type { Reference, ValueProblem } from './problem.ts';
import type { StaticType } from './static-type.ts';

/** What a text was found to be. The value is usable only without problems of severity `error`. */
export interface ParsedValue {
  readonly value: ValueIr;
  readonly problems: ValueProblem[];
  readonly references: Reference[];
}

/**
 * Parses the text of an expression place (`if`, `in`, `until`, …): CEL, with or without `${ … }` around it. `type` is what
 * it always gives, null when that depends on the data: a condition of another type than `bool` can't work. Never throws.
 */
export function parseExpression(text: string): ParsedValue & { readonly type: StaticType | null } {
  const end = text.trimEnd().length;
  let from = text.length - text.trimStart().length;
  let to = end;
  if (text.startsWith('${', from) && closingBrace(text, from + 2) === end - 1) {
    from += 2;
    to = end - 1;
  }
  const { src, problems, references, type } = parseSource(text, from, to, { secrets: false });
  return { value: { v: 'expr', src }, problems: [...problems], references: [...references], type };
}
