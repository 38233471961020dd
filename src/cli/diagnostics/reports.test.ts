import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../dsl/diagnostics/diagnostic.ts';
import { codeFrame } from './code-frame.ts';
import { githubReport } from './github.ts';
import { jsonReport } from './json.ts';
import { sarifReport } from './sarif.ts';
import { textReport } from './text.ts';

const plain = picocolors.createColors(false);
const source = 'flow: hello\nsteps:\n  - greet:\n      adaptr: http\n      action: request\n';
const problem: Diagnostic = {
  code: 'WEIR1234',
  severity: 'error',
  message: 'unknown key "adaptr", 100% sure',
  path: '/steps/0/greet/adaptr',
  line: 4,
  column: 7,
  end_line: 4,
  end_column: 13,
  hint: 'did you mean adapter?',
};
const warning: Diagnostic = { ...problem, code: 'WEIR2000', severity: 'warning' };
const reports = [
  { file: 'a b,c.yaml', source, diagnostics: [problem] },
  { file: 'fine.yaml', source, diagnostics: [] },
];

test('text: place, frame with carets, hint, summary', () => {
  expect(textReport(reports, plain)).toBe(
    [
      'a b,c.yaml:4:7 error WEIR1234 unknown key "adaptr", 100% sure',
      '  2 | steps:',
      '  3 |   - greet:',
      '> 4 |       adaptr: http',
      '    |       ^^^^^^',
      '  5 |       action: request',
      '  hint did you mean adapter?',
      '',
      '✗ 2 flows checked, 1 error',
    ].join('\n'),
  );
});

test('the summary of what is fine', () => {
  expect(textReport([{ file: 'x', source, diagnostics: [] }], plain)).toBe('✓ 1 flow checked, no problems');
  expect(textReport([{ file: 'x', source, diagnostics: [warning, warning] }], plain)).toMatch(
    /✓ 1 flow checked, 2 warnings$/,
  );
});

test.each([
  ['a tab is shown as two columns', '\tkey: 1', { column: 2, end_column: 5 }, ['> 1 |   key: 1', '    |   ^^^']],
  ['a wide character takes two', '日本: x', { column: 5, end_column: 6 }, ['> 1 | 日本: x', '    |       ^']],
  ['a place of no length has one caret', 'abc', { column: 4, end_column: 4 }, ['> 1 | abc', '    |    ^']],
])('code frame: %s', (_, text, place, expected) => {
  expect(codeFrame(text, { ...problem, line: 1, end_line: 1, ...place }, plain)).toEqual(expected);
});

test('a place outside the source has no frame', () => {
  expect(codeFrame('a', { ...problem, line: 9 }, plain)).toEqual([]);
  expect(codeFrame('', { ...problem, line: 0 }, plain)).toEqual([]);
});

test('github: commands are escaped, so that a message can not start one', () => {
  expect(githubReport(reports).split('\n')[0]).toBe(
    '::error file=a b%2Cc.yaml,line=4,col=7,endLine=4,endColumn=13,title=WEIR1234::unknown key "adaptr", 100%25 sure%0Adid you mean adapter?',
  );
  const evil = { ...problem, message: 'x\n::warning::gotcha' };
  expect(githubReport([{ file: 'f', source, diagnostics: [evil] }])).not.toMatch(/^::warning/m);
});

test('json: all that is known, in wire names', () => {
  expect(JSON.parse(jsonReport(reports))).toEqual({
    ok: false,
    files: [
      { file: 'a b,c.yaml', diagnostics: [problem] },
      { file: 'fine.yaml', diagnostics: [] },
    ],
    errors: 1,
    warnings: 0,
  });
});

test('sarif: one rule a code, places within the file', () => {
  const log = JSON.parse(
    sarifReport(
      [
        ...reports,
        {
          file: 'w.yaml',
          source,
          diagnostics: [warning, { ...warning, line: 0, column: 0, end_line: 0, end_column: 0, path: '' }],
        },
      ],
      '1.2.3',
    ),
  );
  expect(log).toMatchObject({
    version: '2.1.0',
    runs: [
      { tool: { driver: { name: 'weir', semanticVersion: '1.2.3', rules: [{ id: 'WEIR1234' }, { id: 'WEIR2000' }] } } },
    ],
  });
  const [first, , third] = log.runs[0].results;
  expect(first).toMatchObject({
    ruleId: 'WEIR1234',
    ruleIndex: 0,
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'a%20b%2Cc.yaml' },
          region: { startLine: 4, startColumn: 7, endLine: 4, endColumn: 13 },
        },
        logicalLocations: [{ fullyQualifiedName: '/steps/0/greet/adaptr' }],
      },
    ],
  });
  expect(third.locations[0].physicalLocation.region).toEqual({
    startLine: 1,
    startColumn: 1,
    endLine: 1,
    endColumn: 1,
  });
});
