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
