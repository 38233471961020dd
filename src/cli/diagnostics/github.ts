import { type FileReport, totalsOf } from './report.ts';

/** Diagnostics as GitHub Actions workflow commands, which annotate a pull request. An author's text can't start a command of its own. */
export function githubReport(reports: readonly FileReport[]): string {
  const lines = reports.flatMap((report) =>
    report.diagnostics.map((diagnostic) => {
      const place = [
        `file=${property(report.file)}`,
        `line=${diagnostic.line}`,
        `col=${diagnostic.column}`,
        `endLine=${diagnostic.end_line}`,
        `endColumn=${diagnostic.end_column}`,
        `title=${property(diagnostic.code)}`,
      ];
      const hint = diagnostic.hint === undefined ? '' : `\n${diagnostic.hint}`;
      return `::${diagnostic.severity} ${place.join(',')}::${message(`${diagnostic.message}${hint}`)}`;
    }),
  );
  const { files, errors, warnings } = totalsOf(reports);
  return [...lines, `${files} checked, ${errors} errors, ${warnings} warnings`].join('\n');
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
