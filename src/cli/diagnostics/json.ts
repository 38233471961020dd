import { type FileReport, totalsOf } from './report.ts';

/** Diagnostics for programs: `{ ok, files: [{ file, diagnostics }], errors, warnings }`. */
export function jsonReport(reports: readonly FileReport[]): string {
  const { errors, warnings } = totalsOf(reports);
  const files = reports.map(({ file, diagnostics }) => ({ file, diagnostics }));
  return JSON.stringify({ ok: errors === 0, files, errors, warnings }, null, 2);
}
