import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/dsl/compile.ts';
import { loadCorpus } from './corpus.ts';
import { corpusEnvironment } from './environment.ts';

const sources = [...loadCorpus('compile'), ...loadCorpus('reject')]
  .map((each) => each.source)
  .filter((source) => source.length < 4000);
const good = loadCorpus('compile');

describe('compile', () => {
  it('never throws, and points into the source, whatever is done to a flow', () => {
    const edit = fc.record({
      source: fc.constantFrom(...sources),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(20),
      insert: fc.constantFrom(
        '',
        ':',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '&a ',
        '*a',
        '"',
        "'",
        '$',
        '${',
        '\n',
        '  ',
        '#',
        '!!',
        '<<',
        'null',
        '\t',
        '\\',
        '|',
        '%',
      ),
    });
    fc.assert(
      fc.property(edit, ({ source, at, cut, insert }) => {
        const place = Math.floor(at * source.length);
        const text = source.slice(0, place) + insert + source.slice(place + cut);
        const lines = text.split('\n').length;
        const { ir, diagnostics } = compile(text, corpusEnvironment);
        expect(ir === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
        for (const diagnostic of diagnostics) {
          expect(diagnostic.line).toBeGreaterThan(0);
          expect(diagnostic.end_line).toBeLessThanOrEqual(lines);
          expect([diagnostic.end_line, diagnostic.end_column] > [diagnostic.line, 0]).toBe(true);
        }
      }),
      { numRuns: 600, seed: 7 },
    );
  }, 60_000);

  it('gives the same hash whatever the layout and version, and another for another flow', () => {
    const hashOf = (source: string) => compile(source, corpusEnvironment).ir?.hash;
    const plain = hashOf('flow: same\nsteps:\n  - a: { wait: 1s }\n');
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf('# comment\n\nversion: 2.0.0\nsteps: [ { a: { wait: "1s" } } ]\nflow: "same"\n')).toBe(plain);
    expect(hashOf('{"flow":"same","steps":[{"a":{"wait":"PT1S"}}]}')).toBe(plain);
    expect(hashOf('flow: same\nsteps:\n  - a: { wait: 2s }\n')).not.toBe(plain);
    const looksLikeAStep = (line: number) =>
      `flow: same\nsteps:\n  - set: { v: { key: a, kind: do, id: a, line: ${line} } }\n  - approve: { title: x, form: { properties: { line: { const: ${line} } } } }\n`;
    expect(hashOf(looksLikeAStep(1))).not.toBe(hashOf(looksLikeAStep(2)));
    expect(hashOf('flow: same\nvars: { line: 1 }\nsteps:\n  - a: { wait: 1s }\n')).not.toBe(
      hashOf('flow: same\nvars: { line: 2 }\nsteps:\n  - a: { wait: 1s }\n'),
    );
  });

  it('gives IR that is frozen at every depth and survives JSON', () => {
    for (const each of good) {
      const { ir } = compile(each.source, corpusEnvironment);
      expect(JSON.parse(JSON.stringify(ir))).toEqual(ir);
      expect(allFrozen(ir), each.name).toBe(true);
    }
  });
});

function allFrozen(part: unknown): boolean {
  return part === null || typeof part !== 'object' || (Object.isFrozen(part) && Object.values(part).every(allFrozen));
}
