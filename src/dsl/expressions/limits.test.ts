import { describe, expect, it } from 'vitest';
import type { Json } from '../ir/json.ts';
import { Evaluator, jsonEquals, parseExpression, parseValue } from './index.ts';

const MEGABYTE = 'ab'.repeat(512 * 1024);
const ROOTS: Readonly<Record<string, Json>> = {
  big: Array.from({ length: 10_000 }, (_, index) => index),
  text: MEGABYTE,
  same: `${'ab'.repeat(512 * 1024 - 1)}ab`,
  deep: nested(5_000),
};
const lookup = (root: string): Json | undefined => ROOTS[root];

function nested(levels: number): Json {
  let value: Json = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** An expression whose value would be 2^levels large if it were written out. */
function doubling(levels: number): string {
  let src = `v${levels - 1}`;
  for (let level = levels - 1; level >= 0; level--)
    src = `cel.bind(v${level}, ${level === 0 ? '["x"]' : `[v${level - 1}, v${level - 1}]`}, ${src})`;
  return src;
}

/** Far above what it takes (tens of ms), far below what going on would take. */
const SOON_MS = 2_000;

describe('limits', () => {
  it.each([
    '$big.map(a, $big.map(b, a * b)).size()',
    '$big.all(a, $big.all(b, $big.all(c, true)))',
    '$big.map(a, $big.filter(b, b > a).size()).sum()',
    'range(1000000).map(x, [x])',
    '$big.map(x, $text + $text).size()',
    '$big.map(x, $text)',
    '$big.map(x, toJson($text)).size()',
    '$big.map(x, $text.contains("zzzzzzzzzzzzzzzzzzzz")).size()',
    '$big.map(x, $text < $same).size()',
    '$big.map(x, [$text, $same].distinct()).size()',
    '$big.map(x, $text.split("a")).size()',
    '$text.contains($text.substring(0, 500000) + "c")',
    '$text.matches("(a|b|ab|ba|aa|bb){50}c$")',
    '$big.map(x, $text.matches("[a-c]+z")).size()',
    '$big.map(x, "a".matches("a{999}" + string(x))).size()',
    'cel.bind(a, $text + $text, cel.bind(b, a + a, cel.bind(c, b + b, cel.bind(d, c + c, d + d + d + d))))',
    doubling(60),
    '[$deep] == [[$deep]]',
    'string($deep)',
    '[$deep]',
    'parseJson($big.map(x, "[").join(""))',
  ])('%s ends soon, with expression_failed', (src) => {
    const started = performance.now();
    expect(() => new Evaluator().evaluate(src, lookup)).toThrow(expect.objectContaining({ code: 'expression_failed' }));
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  });

  it('does not stop what is merely large', () => {
    const evaluator = new Evaluator();
    expect(evaluator.evaluate('$big.filter(x, x % 2 == 0).map(x, x * 2).sum()', lookup)).toBe(49_990_000);
    expect(evaluator.evaluate('$text.size()', lookup)).toBe(1024 * 1024);
    expect(evaluator.evaluate('$deep', lookup)).toBe(ROOTS['deep']);
    expect(evaluator.evaluate('$text.matches("^(ab)+$")', lookup)).toBe(true);
    const blob = 'x'.repeat(20 * 1024 * 1024);
    expect(evaluator.evaluate('$get.body.blob', () => ({ body: { blob } }))).toBe(blob);
  });

  it('takes its budget from the options, for each call anew', () => {
    const evaluator = new Evaluator({ maxCost: 100 });
    for (let round = 0; round < 3; round++) {
      expect(evaluator.evaluate('range(20).size()', lookup)).toBe(20);
      expect(() => evaluator.evaluate('range(200).size()', lookup)).toThrow('more than 100 steps');
    }
  });

  it('is not moved by what ran before: the same expression costs the same', () => {
    const src = '"a".matches("a{50}")';
    let least = 1;
    let over = 100_000;
    while (over - least > 1) {
      const middle = Math.floor((least + over) / 2);
      if (works(new Evaluator({ maxCost: middle }), src)) over = middle;
      else least = middle;
    }
    least = over;
    const used = new Evaluator({ maxCost: least });
    expect([works(used, src), works(used, src), works(new Evaluator({ maxCost: least - 1 }), src)]).toEqual([
      true,
      true,
      false,
    ]);
  });
  function works(evaluator: Evaluator, src: string): boolean {
    try {
      evaluator.evaluate(src, lookup);
      return true;
    } catch {
      return false;
    }
  }

  it('lets no failure of the budget be swallowed by || or exists', () => {
    const evaluator = new Evaluator({ maxCost: 1_000 });
    expect(() => evaluator.evaluate('range(5000).size() > 0 || true', lookup)).toThrow('steps');
    expect(() => evaluator.evaluate('[1, 2].exists(x, x == 2 || range(5000).size() > 0)', lookup)).toThrow('steps');
    expect(() => evaluator.evaluate('coalesce(range(5000), 1)', lookup)).toThrow('steps');
  });

  it.each<[string, string]>([
    ['(', ')'],
    ['[', ']'],
    ['-', ''],
    ['!', ''],
    ['1 + ', ''],
    ['1 + (', ')'],
    ['true ? 1 : ', ''],
    ['{"a": ', '}'],
    ['size(', ')'],
    ['$a[', ']'],
    ['$a || ', ''],
  ])('refuses 10,000 × %s when it is parsed', (open, close) => {
    for (const text of [
      `${open.repeat(10_000)}1${close.repeat(10_000)}`,
      `${open.repeat(1_200)}1${close.repeat(1_200)}`,
    ]) {
      const [problem] = parseExpression(text).problems;
      expect(['too_deep', 'too_long']).toContain(problem?.kind);
      expect(parseValue(`a \${ ${text} }`, { secrets: false }).problems[0]?.severity).toBe('error');
      expect(() => new Evaluator().evaluate(text, lookup)).toThrow(
        expect.objectContaining({ code: 'expression_failed' }),
      );
    }
  });

  it('refuses chains of 10,000 fields', () => {
    expect(parseExpression(`$a${'.b'.repeat(5_000)}`).problems[0]?.kind).toBe('too_deep');
  });

  it('compares deep values or says that it can’t', () => {
    expect(() => jsonEquals(nested(5_000), nested(5_000))).toThrow(
      expect.objectContaining({ code: 'expression_failed' }),
    );
    expect(jsonEquals(nested(150), nested(150))).toBe(true);
  });
});
