import { describe, expect, it } from 'vitest';
import { compile } from '../../src/dsl/compile.ts';
import { CATALOGUE } from '../../src/dsl/diagnostics/catalogue.ts';
import { golden, loadCorpus } from './corpus.ts';
import { corpusEnvironment } from './environment.ts';

const cases = loadCorpus('reject');

/** Codes that no one readable file can bring up: tested in hostile.test.ts and in src/flows/folder-store.test.ts. */
const ELSEWHERE = ['WEIR0001', 'WEIR0002', 'WEIR1901', 'WEIR1902', 'WEIR1903', 'WEIR1904'];

describe('reject corpus', () => {
  it.each(cases)('$name', (each) => {
    const { ir, diagnostics } = compile(each.source, corpusEnvironment);
    expect(ir === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
    expect(JSON.parse(JSON.stringify(diagnostics))).toEqual(golden(each, 'diagnostics.json', diagnostics));
  });

  it('covers every diagnostic code, each in a folder of its name', () => {
    const missing = Object.keys(CATALOGUE).filter((code) => {
      if (ELSEWHERE.includes(code)) return false;
      const own = cases.filter((each) => each.name.startsWith(code.toLowerCase()));
      return !own.some((each) =>
        compile(each.source, corpusEnvironment).diagnostics.some((diagnostic) => diagnostic.code === code),
      );
    });
    expect(missing).toEqual([]);
  });

  it('tells all problems at once', () => {
    const source =
      'flow: Bad\nversion: x\nsteps:\n  - a: { wait: soon }\n  - a: { wiat: 1s }\n  - b: { set: { v: $nope } }\noutput: $alsonope\n';
    const codes = compile(source, corpusEnvironment).diagnostics.map((diagnostic) => diagnostic.code);
    expect(codes).toEqual(
      expect.arrayContaining(['WEIR1004', 'WEIR1005', 'WEIR3001', 'WEIR2004', 'WEIR1001', 'WEIR4001']),
    );
    expect(codes.filter((code) => code === 'WEIR4001')).toHaveLength(2);
  });
});
