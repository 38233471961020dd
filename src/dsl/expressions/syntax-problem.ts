/** Why a text is no expression, with its place in the text. Internal: callers see it as a ValueProblem. */
export class SyntaxProblem extends Error {
  readonly kind: 'syntax' | 'too_deep' | 'too_long';
  readonly at: number;
  readonly length: number;
  readonly hint: string | undefined;

  constructor(problem: {
    kind?: 'syntax' | 'too_deep' | 'too_long';
    message: string;
    at: number;
    length?: number;
    hint?: string;
  }) {
    super(problem.message);
    this.kind = problem.kind ?? 'syntax';
    this.at = problem.at;
    this.length = Math.max(1, problem.length ?? 1);
    this.hint = problem.hint;
  }
}
