import { describe, expect, it } from 'vitest';
import { compile } from '../../src/dsl/compile.ts';
import { corpusEnvironment } from './environment.ts';

// Input that was made to hurt: every case ends quickly, with a diagnostic, and never with an exception.

function codesOf(source: string | Uint8Array): string[] {
  const start = performance.now();
  const { diagnostics } = compile(source, corpusEnvironment);
  expect(performance.now() - start).toBeLessThan(2000);
  return diagnostics.map((diagnostic) => diagnostic.code);
}
const flow = (rest: string) => `flow: hostile\n${rest}`;
const laughs = [
  'x0: &x0 [1,1,1,1,1,1,1,1,1,1]',
  ...Array.from({ length: 9 }, (_, n) => `x${n + 1}: &x${n + 1} [${Array(10).fill(`*x${n}`).join(',')}]`),
].join('\n');

describe('hostile input', () => {
  it('refuses 10 MB at once, with 413', () => {
    const result = compile('a'.repeat(10 * 1024 * 1024), corpusEnvironment);
    expect(result).toMatchObject({ tooLarge: true, diagnostics: [{ code: 'WEIR0001' }] });
  });
  it('counts bytes, not characters', () => {
    expect(compile(`# ${'é'.repeat(140_000)}`, corpusEnvironment).tooLarge).toBe(true);
    expect(compile(`# ${'e'.repeat(140_000)}`, corpusEnvironment).tooLarge).toBeUndefined();
  });
  it('refuses bytes that are not UTF-8', () =>
    expect(codesOf(new Uint8Array([0x66, 0xff, 0xfe, 0x00]))).toEqual(['WEIR0002']));
  it('takes UTF-8 bytes with a byte order mark', () => {
    const bytes = new TextEncoder().encode('\uFEFFflow: bom\nsteps: [ { wait: 1s } ]');
    expect(codesOf(bytes)).toEqual([]);
  });
  it('stops a billion laughs', () =>
    expect(codesOf(`${laughs}\n${flow('steps: [ { wait: 1s } ]')}`)).toContain('WEIR0006'));
  it('stops laughs made of keys and alias chains', () => {
    const chain = [
      'a: &a { k: 1 }',
      ...Array.from(
        { length: 60 },
        (_, n) => `a${n}: &a${n} { l: *${n === 0 ? 'a' : `a${n - 1}`}, r: *${n === 0 ? 'a' : `a${n - 1}`} }`,
      ),
    ];
    expect(codesOf(chain.slice(0, 45).join('\n'))).toContain('WEIR0006');
  });
  it('stops 200 bytes of nested anchors', () =>
    expect(codesOf(`${'&a ['.repeat(60)}*a${']'.repeat(60)}`).length).toBeGreaterThan(0));
  it.each([
    ['brackets', '['.repeat(100_000)],
    ['braces', '{a: '.repeat(50_000)],
    ['dashes', '- '.repeat(100_000)],
    ['questions', '? '.repeat(100_000)],
    ['quotes', `"${'\\'.repeat(99_999)}`],
    ['anchors', Array.from({ length: 20_000 }, (_, n) => `&a${n} x`).join('\n')],
    ['tags', '!<'.repeat(50_000)],
    ['percent', '%'.repeat(100_000)],
    ['null bytes', '\u0000'.repeat(1000)],
    ['lone surrogates', 'flow: "\ud800"'],
    ['spaces', ' '.repeat(200_000)],
    ['colons', ': '.repeat(50_000)],
  ])('survives %s', (_, source) => expect(codesOf(source).length).toBeGreaterThan(0));
  it('refuses an expression 10,000 levels deep', () =>
    expect(codesOf(flow(`steps:\n  - { wait: 1s, if: "${'['.repeat(8000)}1${']'.repeat(8000)}" }`))).toContain(
      'WEIR3009',
    ));
  it('leaves no trace of __proto__', () => {
    codesOf(
      flow(
        'steps: [ { wait: 1s } ]\nvars: { "__proto__": { polluted: 1 }, constructor: { prototype: { polluted: 1 } } }',
      ),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
  it('keeps names of host objects apart from what they name', () => {
    const source = flow(
      'steps:\n  - toString\n  - constructor\n  - hasOwnProperty: { adapter: valueOf }\noutput: [$toString, $valueOf]',
    );
    expect(codesOf(source).sort()).toEqual(['WEIR4001', 'WEIR5001', 'WEIR5001', 'WEIR5003']);
  });
  it('survives a document of 9,000 steps', () =>
    expect(codesOf(flow(`steps:\n${'  - wait: 1s\n'.repeat(3000)}`))).toEqual(['WEIR1009']));
  it('survives thousands of unknown names', () => {
    const names = Array.from({ length: 2000 }, (_, n) => `  - unknown_name_number_${n}`).join('\n');
    expect(codesOf(flow(`steps:\n${names}`)).length).toBe(2001);
  });
  it('survives a schema that refers to itself, and a pattern that never ends', () => {
    expect(codesOf(flow('inputs: { type: object, $ref: "#" }\nsteps: [ { wait: 1s } ]'))).toEqual([]);
    expect(
      codesOf(
        flow(
          'inputs: { a: { $id: "https://json-schema.org/draft/2020-12/schema", type: string } }\nsteps: [ { wait: 1s } ]',
        ),
      ).length,
    ).toBeLessThan(3);
    expect(
      codesOf(
        flow(
          'inputs: { a: { type: string, pattern: "(a+)+$", default: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab } }\nsteps: [ { wait: 1s } ]',
        ),
      ),
    ).toEqual([]);
  });
  it('leaves nothing behind between two flows with the same schema id', () => {
    const source = (type: string) =>
      flow(
        `inputs: { type: object, $id: "https://x.test/s", properties: { a: { type: ${type} } } }\nsteps: [ { wait: 1s } ]`,
      );
    for (const type of ['string', 'integer', 'string']) expect(codesOf(source(type))).toEqual([]);
  });
});
