import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../ir/json.ts';
import { Evaluator, ExpressionError, jsonEquals, parseExpression, parseValue } from './index.ts';

const ROOTS: Readonly<Record<string, Json>> = {
  a: { x: 1.5, y: [1, 2, { z: null }], s: 'text' },
  b: [3, 'q', true, null],
  s: 'some text',
  n: 4,
  t: true,
  nul: null,
};
const lookup = (root: string): Json | undefined => (Object.hasOwn(ROOTS, root) ? ROOTS[root] : undefined);

/** Pieces that make plausible and implausible expressions alike. */
const PIECE = fc.constantFrom(
  '$a',
  '$b',
  '$s',
  '$n',
  '$t',
  '$nul',
  '$none',
  '.x',
  '.y',
  '.?z',
  '[0]',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  ',',
  ':',
  '?',
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>=',
  '&&',
  '||',
  '!',
  ' in ',
  '"str"',
  "'",
  '"',
  '1',
  '2.5',
  '0',
  'null',
  'true',
  'size(',
  'has(',
  '.map(i, ',
  '.filter(i, i)',
  '.exists(i, i == 1)',
  'i',
  'cel.bind(v, 1, v)',
  '.orValue(',
  'coalesce(',
  'string(',
  'int(',
  'timestamp(',
  'duration("1m")',
  '.matches("a*")',
  '.split(',
  '.join(',
  'merge(',
  'sort(',
  'toJson(',
  '$${',
  '${',
  '$$',
  '__proto__',
  'constructor',
  '\n',
  '//',
  '\\',
  '😀',
  '`',
);
const SOURCE = fc.array(PIECE, { maxLength: 14 }).map((pieces) => pieces.join(''));

function outcome(src: string): { value: Json } | { failure: string; field: string | null } {
  try {
    return { value: new Evaluator({ maxCost: 20_000 }).evaluate(src, lookup) };
  } catch (error) {
    if (error instanceof ExpressionError) return { failure: error.message, field: error.field };
    throw error;
  }
}

describe('properties', () => {
  it('throws nothing but ExpressionError, and always the same', () => {
    fc.assert(
      fc.property(fc.oneof(SOURCE, fc.string({ maxLength: 30 })), (src) => {
        const before = JSON.stringify(ROOTS);
        const first = outcome(src);
        expect(outcome(src)).toEqual(first);
        expect(JSON.stringify(ROOTS)).toBe(before);
        if ('value' in first) expect(JSON.parse(JSON.stringify(first.value))).toEqual(first.value);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never throws when parsing, and puts problems and references inside the text', () => {
    fc.assert(
      fc.property(fc.oneof(SOURCE, fc.string({ maxLength: 30 })), fc.boolean(), (text, secrets) => {
        for (const { problems, references, value } of [parseValue(text, { secrets }), parseExpression(text)]) {
          for (const place of [...problems, ...references]) {
            expect(place.offset).toBeGreaterThanOrEqual(0);
            expect(place.offset).toBeLessThanOrEqual(text.length);
          }
          for (const reference of references)
            expect(text.startsWith(`$${reference.root}`, reference.offset)).toBe(true);
          if (value.v === 'expr' && !problems.some((problem) => problem.severity === 'error'))
            expect(
              parseExpression(value.src).problems.filter(
                (problem) => problem.severity === 'error' && problem.kind !== 'secret_place',
              ),
            ).toEqual([]);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps any text that is escaped', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('a', ' ', '$', '{', '}', '$x', '${', '5', '.'), { maxLength: 10 })
          .map((parts) => parts.join('')),
        (text) => {
          const escaped = text.replace(/\$(?=\{|[A-Za-z_])/g, '$$$$');
          const { value, problems } = parseValue(escaped, { secrets: false });
          // A `$` before an escaped one merges with it; such texts can't be told apart.
          fc.pre(!/\$\$/.test(text));
          expect({ value, problems }).toEqual({ value: { v: 'lit', value: text }, problems: [] });
        },
      ),
    );
  });

  it('finds any value equal to its copy, and JSON texts to read back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
        const value = json as Json;
        expect(jsonEquals(value, JSON.parse(JSON.stringify(value)) as Json)).toBe(true);
        expect(
          jsonEquals(
            new Evaluator().evaluate('parseJson(toJson($v))', () => value),
            value,
          ),
        ).toBe(true);
        expect(new Evaluator().evaluate('[$v] == [$v]', () => value)).toBe(true);
      }),
    );
  });
});

describe('against another implementation of CEL', () => {
  // Numbers as doubles only: there both agree; whole numbers are where we differ on purpose.
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  const number = fc.constantFrom('1.5', '2.0', '0.25', 'n', 'a.x', '-3.5');
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      number,
      fc.constantFrom(
        '"p"',
        "'q\\n'",
        's',
        'true',
        'false',
        't',
        'null',
        'a.s',
        'a.zz',
        'a.?zz.orValue(1.5)',
        'a.?s.orValue("d")',
        'b[1]',
        'has(a.x)',
        'has(a.zz)',
        '[1.5, "a"]',
        '{"k": 2.5}',
      ),
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('+', '-', '*', '<', '<=', '>', '>=', '&&', '||', 'in'),
          tie('expression'),
        )
        .map(([left, op, right]) => `(${left} ${op} ${right})`),
      fc
        .tuple(number, fc.constantFrom('+', '-', '*'), number, fc.constantFrom('+', '-', '*'), number)
        .map((parts) => parts.join(' ')),
      fc
        .tuple(tie('expression'), tie('expression'), tie('expression'))
        .map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
      tie('expression').map((inner) => `!(${inner})`),
      fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `[${left}, ${right}]`),
      fc
        .tuple(fc.constantFrom('map', 'filter', 'all', 'exists', 'exists_one'), tie('expression'))
        .map(([macro, body]) => `[1.5, n].${macro}(i, ${macro === 'map' ? body : `i > 2.0 && ${body}`})`),
      fc
        .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('expression'))
        .map(([name, other]) => `s.${name}(string(${other}))`),
    ),
  }));
  const data = { a: { x: 1.5, s: 'text' }, b: [3.5, 'q'], s: 'some text', n: 4.5, t: true };

  it('gives the same value wherever the other gives one', () => {
    let compared = 0;
    fc.assert(
      fc.property(expression, (src) => {
        let theirs: unknown;
        try {
          theirs = environment.evaluate(src, data);
        } catch {
          return;
        }
        compared++;
        const ours = src.replace(/\b(?<![."'?])(a|b|s|n|t)\b(?!["'(:\\])/g, '$$$1');
        expect({
          src: ours,
          value: new Evaluator().evaluate(ours, (root) => (data as Readonly<Record<string, Json>>)[root]),
        }).toEqual({ src: ours, value: theirs });
      }),
      { numRuns: 3_000 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});
