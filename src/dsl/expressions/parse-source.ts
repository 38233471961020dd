import { chainOf, type Node } from './ast.ts';
import { compile } from './compile.ts';
import { parse } from './parser.ts';
import type { Reference, ValueProblem } from './problem.ts';
import { type StaticType, staticType } from './static-type.ts';
import { SyntaxProblem } from './syntax-problem.ts';

/** An expression that was looked at, with offsets in the text around it. */
export interface ParsedSource {
  readonly src: string;
  readonly problems: readonly ValueProblem[];
  readonly references: readonly Reference[];
  /** The type it always has; null when that depends on the data. */
  readonly type: StaticType | null;
  /** When it is nothing but `$secrets.NAME` or `$execution.callback_url`. */
  readonly filled: { readonly secret: string } | { readonly callback_url: true } | null;
}

/** Parses and checks the expression between two offsets of `text`. Never throws. */
export function parseSource(
  text: string,
  from: number,
  to: number,
  places: { readonly secrets: boolean },
): ParsedSource {
  const raw = text.slice(from, to);
  const src = raw.trim();
  const base = from + raw.length - raw.trimStart().length;
  const problems: ValueProblem[] = [];
  const references: Reference[] = [];
  let node: Node;
  try {
    node = parse(src);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    problems.push({
      kind: error.kind,
      severity: 'error',
      message: error.message,
      ...hint,
      offset: base + error.at,
      length: error.length,
    });
    return { src, problems, references, filled: null, type: null };
  }
  compile(node, {
    problem: (problem) => problems.push({ ...problem, severity: 'error', offset: base + problem.offset }),
    reference: (reference) => references.push({ ...reference, offset: base + reference.offset }),
  });
  const filled = filledBy(node);
  for (const reference of references) {
    const problem = secretProblem(reference, { allowed: places.secrets, alone: filled !== null });
    if (problem !== null) problems.push(problem);
  }
  return { src, problems, references: references.sort((a, b) => a.offset - b.offset), filled, type: staticType(node) };
}

function filledBy(node: Node): ParsedSource['filled'] {
  const { start, path, optionalFrom } = chainOf(node);
  const [first] = path;
  if (start.kind !== 'root' || path.length !== 1 || optionalFrom < 1 || typeof first !== 'string') return null;
  if (start.name === 'secrets') return { secret: first };
  return start.name === 'execution' && first === 'callback_url' ? { callback_url: true } : null;
}

function secretProblem(reference: Reference, place: { allowed: boolean; alone: boolean }): ValueProblem | null {
  const secret = reference.root === 'secrets';
  if (!secret && !(reference.root === 'execution' && reference.path[0] === 'callback_url')) return null;
  if (place.allowed && place.alone) return null;
  const name = secret
    ? `$secrets${typeof reference.path[0] === 'string' ? `.${reference.path[0]}` : ''}`
    : '$execution.callback_url';
  const at = { kind: 'secret_place', severity: 'error', offset: reference.offset, length: reference.length } as const;
  if (!place.allowed)
    return {
      ...at,
      message: `\`${name}\` can only stand in the params of a call`,
      hint: 'It is filled in where the call is made; no expression sees it.',
    };
  if (secret && reference.path.length !== 1)
    return { ...at, message: 'a secret is taken by its name alone', hint: 'Write $secrets.NAME.' };
  return {
    ...at,
    message: `\`${name}\` can’t be part of an expression`,
    hint: `Write it as a plain placeholder in a string: "… \${ ${name} }".`,
  };
}
