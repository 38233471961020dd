/** A problem in a flow, with its place (dsl.md, section 10). Lines and columns count from 1; the end is exclusive. */
export interface Diagnostic {
  /** `WEIR` and four digits; each has an entry in docs/reference/diagnostics.md. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** JSON pointer into the document, `` for the whole. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
  readonly hint?: string;
}
