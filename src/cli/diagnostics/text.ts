import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';
import type { Style } from '../terminal.ts';
import { codeFrame } from './code-frame.ts';
import { type FileReport, totalsOf } from './report.ts';

/** Diagnostics for people: place, message, code frame and hint, then a summary line. */
export function textReport(reports: readonly FileReport[], style: Style): string {
  const blocks = reports.flatMap((report) => report.diagnostics.map((diagnostic) => block(report, diagnostic, style)));
  return [...blocks, summary(reports, style)].join('\n\n');
}

/** Those of one file, without the summary. */
export function textReportOf(report: FileReport, style: Style): string {
  return report.diagnostics.map((diagnostic) => block(report, diagnostic, style)).join('\n\n');
}

function block(report: FileReport, diagnostic: Diagnostic, style: Style): string {
  const place = style.bold(`${report.file}:${diagnostic.line}:${diagnostic.column}`);
  const severity = diagnostic.severity === 'error' ? style.red('error') : style.yellow('warning');
  const lines = [
    `${place} ${severity} ${style.dim(diagnostic.code)} ${diagnostic.message}`,
    ...codeFrame(report.source, diagnostic, style),
  ];
  if (diagnostic.hint !== undefined) lines.push(`  ${style.cyan('hint')} ${diagnostic.hint}`);
  return lines.join('\n');
}

function summary(reports: readonly FileReport[], style: Style): string {
  const { files, errors, warnings } = totalsOf(reports);
  const checked = `${count(files, 'flow')} checked`;
  const found = [
    errors > 0 ? style.red(count(errors, 'error')) : '',
    warnings > 0 ? style.yellow(count(warnings, 'warning')) : '',
  ].filter(Boolean);
  const mark = errors > 0 ? style.red('✗') : style.green('✓');
  return `${mark} ${checked}, ${found.length > 0 ? found.join(', ') : 'no problems'}`;
}

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
