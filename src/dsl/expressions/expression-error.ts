/**
 * An expression that gives no value: a missing field, a wrong type, too much work. The flow's error `expression_failed`.
 * Messages name fields and types, never the data itself, which may be sensitive.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'expression_failed';
  /** The field, item or root that is missing; null when something else is wrong. */
  readonly field: string | null;
  /** The expression, as its author wrote it without `${ }`. */
  readonly src: string;

  constructor(problem: { message: string; field: string | null; src: string }) {
    super(problem.message);
    this.field = problem.field;
    this.src = problem.src;
  }
}

/** What evaluation throws inside; the Evaluator adds the source and makes an ExpressionError of it. */
export class EvaluationFailure extends Error {
  readonly field: string | null;
  /** `missing` is forgiven by `has` and the like; `limit` by nothing, not even `||`. */
  readonly kind: 'missing' | 'wrong' | 'limit';

  constructor(kind: 'missing' | 'wrong' | 'limit', message: string, field: string | null = null) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}

/** Short for the commonest failure: values of the wrong type or out of range. */
export function wrong(message: string): EvaluationFailure {
  return new EvaluationFailure('wrong', message);
}
