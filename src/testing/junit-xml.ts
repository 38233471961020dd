import type { CaseResult, FileResult } from './result.ts';

/** The results as JUnit XML, as build servers read it: a suite for each test file. Times are real seconds. */
export function junitXml(results: readonly FileResult[]): string {
  const suites = results.map(suite);
  const total = sum(results.map(countsOf));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="weir test"${counts(total)}>\n${suites.join('')}</testsuites>\n`;
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly ms: number;
}

function countsOf({ cases, diagnostics }: FileResult): Counts {
  const broken = diagnostics.some(({ severity }) => severity === 'error');
  return {
    tests: cases.length + (broken ? 1 : 0),
    failures: cases.filter(({ outcome }) => outcome === 'failed').length,
    errors: broken ? 1 : 0,
    skipped: cases.filter(({ outcome }) => outcome === 'skipped').length,
    ms: cases.reduce((total, { tookMs }) => total + tookMs, 0),
  };
}

function sum(all: readonly Counts[]): Counts {
  const add = (key: keyof Counts): number => all.reduce((total, one) => total + one[key], 0);
  return {
    tests: add('tests'),
    failures: add('failures'),
    errors: add('errors'),
    skipped: add('skipped'),
    ms: add('ms'),
  };
}

function counts({ tests, failures, errors, skipped, ms }: Counts): string {
  return ` tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(ms)}"`;
}

function suite(result: FileResult): string {
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
  const broken = errors.map(({ line, column, code, message }) => `${result.path}:${line}:${column} ${code} ${message}`);
  const unread =
    broken.length === 0
      ? ''
      : `    <testcase classname="${escape(result.path)}" name="the test file" time="0.000">\n      <error message="${escape(broken[0] ?? '')}">${escape(broken.join('\n'))}</error>\n    </testcase>\n`;
  return `  <testsuite name="${escape(result.path)}"${counts(countsOf(result))}>\n${unread}${result.cases.map((one) => testCase(one, result.path)).join('')}  </testsuite>\n`;
}

function testCase(result: CaseResult, path: string): string {
  const head = `    <testcase classname="${escape(path)}" name="${escape(result.name)}" file="${escape(path)}" line="${result.line}" time="${seconds(result.tookMs)}"`;
  if (result.outcome === 'skipped')
    return `${head}>\n      <skipped message="${escape(result.reason ?? '')}"/>\n    </testcase>\n`;
  if (result.outcome === 'passed') return `${head}/>\n`;
  const failures = result.failures.map(
    ({ what, message, line }) =>
      `      <failure type="${what}" message="${escape(message)}">${escape(`${path}:${line} ${message}`)}</failure>\n`,
  );
  return `${head}>\n${failures.join('')}    </testcase>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function escape(text: string): string {
  return (
    text
      // What XML 1.0 can't hold at all, not even escaped.
      .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
  );
}
