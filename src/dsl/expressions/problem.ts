/** Something wrong in a value or expression. Offsets count UTF-16 units in the text that was parsed. */
export interface ValueProblem {
  readonly kind:
    | 'syntax'
    | 'root_without_dollar'
    | 'reference_with_more'
    | 'root_in_text'
    | 'secret_place'
    | 'too_deep'
    | 'too_long'
    | 'unknown_function'
    | 'type';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  readonly offset: number;
  readonly length: number;
  /** The name after `$`: the problem only stands if it is a root or a step's id. On `reference_with_more` and `root_in_text`. */
  readonly root?: string;
}

/** A `$name` with the fields that are taken from it, as far as they are literal. */
export interface Reference {
  readonly root: string;
  readonly path: readonly (string | number)[];
  readonly offset: number;
  readonly length: number;
  /** The field may be missing: under has() or coalesce(), or after `.?`. */
  readonly optional: boolean;
}

/** The roots that every flow has (dsl.md, section 3); no step may be called so. */
export const RESERVED_ROOTS: readonly string[] = [
  'input',
  'trigger',
  'vars',
  'item',
  'index',
  'error',
  'flow',
  'execution',
  'config',
  'now',
  'secrets',
];

/** The nearest of `names` to what was written, or undefined if none is near. */
export function nearest(written: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const distance = name.toLowerCase() === written.toLowerCase() ? 0 : editDistance(written, name);
    if (distance < least) {
      best = name;
      least = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 4 || a.length > 40) return 99;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 99;
}
