import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';
import type { FileReport } from './report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Diagnostics as a SARIF 2.1.0 log, for code scanning. `version` is the CLI's. */
export function sarifReport(reports: readonly FileReport[], version: string): string {
  const codes = [
    ...new Set(reports.flatMap((report) => report.diagnostics.map((diagnostic) => diagnostic.code))),
  ].sort();
  const results = reports.flatMap((report) =>
    report.diagnostics.map((diagnostic) => result(report, diagnostic, codes.indexOf(diagnostic.code))),
  );
  const driver = { name: 'weir', semanticVersion: version, rules: codes.map((id) => ({ id })) };
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results };
  return JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2);
}

function result(report: FileReport, diagnostic: Diagnostic, ruleIndex: number): object {
  const hint = diagnostic.hint === undefined ? '' : `\n${diagnostic.hint}`;
  const physicalLocation = { artifactLocation: { uri: fileUri(report.file) }, region: region(diagnostic) };
  const logical = diagnostic.path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: diagnostic.path }] };
  return {
    ruleId: diagnostic.code,
    ruleIndex,
    level: diagnostic.severity,
    message: { text: `${diagnostic.message}${hint}` },
    locations: [{ physicalLocation, ...logical }],
  };
}

/** SARIF counts from 1 too, and its end column is exclusive too. */
function region(diagnostic: Diagnostic): object {
  return {
    startLine: Math.max(1, diagnostic.line),
    startColumn: Math.max(1, diagnostic.column),
    endLine: Math.max(1, diagnostic.line, diagnostic.end_line),
    endColumn: Math.max(1, diagnostic.end_column),
  };
}

/** A relative URI reference: each segment escaped, the slashes kept. */
function fileUri(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
