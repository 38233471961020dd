/** What a diagnostic code means: the source of docs/reference/diagnostics.md. */
export interface CatalogueEntry {
  readonly severity: 'error' | 'warning';
  readonly title: string;
  /** Why it is a problem, with the limit or rule. */
  readonly explanation: string;
  /** A flow, or a part of one, that brings it up. */
  readonly bad: string;
  /** What to do, or the part put right. */
  readonly fix: string;
}
