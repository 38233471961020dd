import { formatMs } from './check-expectations.ts';
import { type CaseResult, type FileResult, isGood } from './result.ts';

/** How marks are coloured; identity for plain text. */
export interface ReportStyle {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly quiet: (text: string) => string;
}
const PLAIN: ReportStyle = { good: (text) => text, bad: (text) => text, quiet: (text) => text };

/** The results for a person to read: each case, below it what is not as expected and where, and a line of totals. */
export function testReport(results: readonly FileResult[], style: ReportStyle = PLAIN): string {
  const lines = results.flatMap((result) => [
    isGood(result) ? result.path : style.bad(result.path),
    ...fileLines(result, style),
    '',
  ]);
  return [...lines, totals(results)].join('\n');
}

function fileLines(result: FileResult, style: ReportStyle): string[] {
  const problems = result.diagnostics.map(({ line, column, code, severity, message, hint }) => {
    const text = `  ${result.path}:${line}:${column} ${severity} ${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
    return severity === 'error' ? style.bad(text) : text;
  });
  return [...problems, ...result.cases.flatMap((one) => caseLines(one, result.path, style))];
}

function caseLines(result: CaseResult, path: string, style: ReportStyle): string[] {
  if (result.outcome === 'skipped') return [`  - ${result.name} ${style.quiet(`skipped: ${result.reason ?? ''}`)}`];
  const virtual = result.elapsedMs > 0 ? `, ${formatMs(result.elapsedMs)} of virtual time` : '';
  const time = style.quiet(`(${Math.max(1, Math.round(result.tookMs))} ms${virtual})`);
  if (result.outcome === 'passed') return [`  ${style.good('✓')} ${result.name} ${time}`];
  return [
    `  ${style.bad('✗')} ${result.name} ${time}`,
    ...result.failures.map(({ message, line }) => `      ${message} ${style.quiet(`(${path}:${line})`)}`),
  ];
}

function totals(results: readonly FileResult[]): string {
  const count = (outcome: CaseResult['outcome']): number =>
    results.reduce((sum, { cases }) => sum + cases.filter((one) => one.outcome === outcome).length, 0);
  const broken = results.filter(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'error')).length;
  const unread = broken === 0 ? '' : `, ${broken} ${broken === 1 ? 'file that was' : 'files that were'} not run`;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped${unread}`;
}
