import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';

/** What was found in one file. */
export interface FileReport {
  /** As shown: relative to the working folder, with `/`; `<stdin>` for standard input. */
  readonly file: string;
  readonly source: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReportTotals {
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
}

export function totalsOf(reports: readonly FileReport[]): ReportTotals {
  const all = reports.flatMap((report) => report.diagnostics);
  const errors = all.filter((diagnostic) => diagnostic.severity === 'error').length;
  return { files: reports.length, errors, warnings: all.length - errors };
}
