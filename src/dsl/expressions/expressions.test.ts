import { describe, expect, it } from 'vitest';
import type { Json } from '../ir/json.ts';
import { Evaluator, ExpressionError, jsonEquals, parseDuration } from './index.ts';
import { lookup } from './testdata/lookup.ts';

const value = (src: string): Json => new Evaluator().evaluate(src, lookup);
function failure(src: string): ExpressionError {
  try {
    value(src);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`no failure: ${src}`);
}

describe('values', () => {
  it.each<[string, Json]>([
    ['$input.deep.items[0].id', 7],
    ['$gather.posts.body.n', 3],
    ['$input["content-type"]', 'json'],
    ['$input.`content-type`', 'json'],
    ['$input.list[$input.list[1]]', 1],
    ['$skipped', null],
    ['$input.n + 1', 6],
    ['$input.n == 5.0', true],
    ['1 == 1.0', true],
    ['$input.n + $input.f', 7.5],
    ['10 / 4', 2.5],
    ['int(10 / 4)', 2],
    ['7 % 3', 1],
    ['-7 % 3', -1],
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['10 - 2 - 3', 5],
    ['-$input.n', -5],
    ['0x1F', 31],
    ['5u', 5],
    ['1.5e3', 1500],
    ['0 * -1', 0],
    ['"a" + \'b\'', 'ab'],
    ['r"a\\n"', 'a\\n'],
    ['"a\\n\\u00e9\\U0001F600\\x41\\101"', 'a\né😀AA'],
    ['"""a "quoted" b"""', 'a "quoted" b'],
    ['[1, 2,] + [3]', [1, 2, 3]],
    ['{"a": 1, "b": [true, null],}', { a: 1, b: [true, null] }],
    ['{"__proto__": 1}.__proto__', 1],
    ['$input.yes ? "y" : "n"', 'y'],
    ['false ? 1 : true ? 2 : 3', 2],
    ['!$input.yes', false],
    ['1 < 2 && "a" < "b"', true],
    ['2 in $input.list', true],
    ['"a" in $input.map', true],
    ['"toString" in $input.map', false],
    ['{"a": [1, {"b": 2}]} == {"a": [1.0, {"b": 2.0}]}', true],
    ['"1" == 1', false],
    ['null == $input.none', true],
    ['1 // a comment\n + 1', 2],
  ])('%s', (src, expected) => expect(value(src)).toEqual(expected));
});

describe('what may be missing', () => {
  it.each<[string, Json]>([
    ['has($input.n)', true],
    ['has($input.zz)', false],
    ['has($input.zz.y)', false],
    ['has($skipped.x)', false],
    ['has($nowhere.x)', false],
    ['has($input.none)', true],
    ['has($input.list[7])', false],
    ['$input.?zz.orValue("d")', 'd'],
    ['$input.?n.orValue(0)', 5],
    ['$input.?zz.y.z.orValue(1)', 1],
    ['$input.deep.?items[0].id.orValue(1)', 7],
    ['$input.list[?9].orValue(0)', 0],
    ['$skipped.?x.orValue("none")', 'none'],
    ['$input.?none.orValue("d")', null],
    ['$input.?zz.hasValue()', false],
    ['$input.?zz.or($input.?n).orValue(0)', 5],
    ['$input.?zz', null],
    ['[$input.?zz, $input.?n]', [null, 5]],
    ['coalesce($input.zz, $skipped.x, $input.none, "d")', 'd'],
    ['coalesce($input.zz)', null],
    ['$input.zz == 1 || true', true],
    ['false && $input.zz == 1', false],
    ['$input.zz == 1 && false', false],
  ])('%s', (src, expected) => expect(value(src)).toEqual(expected));

  it.each<[string, string, string]>([
    ['$input.zz', 'zz', '`$input` has no field "zz"'],
    ['$gather.posts.bdy.n', 'bdy', '`$gather.posts` has no field "bdy"'],
    ['$input.list[9]', '9', '`$input.list` has no item 9: it is a list of 3'],
    ['$input.list[-1]', '-1', '`$input.list` has no item -1: it is a list of 3'],
    ['$skipped.x', 'x', '`$skipped` is null, so it has no field "x"'],
    ['$input.n.x', 'x', '`$input.n` is a number, so it has no field "x"'],
    [
      '$input.list.id',
      'id',
      '`$input.list` is a list, so it has no field "id"; take an item by its number, or use map()',
    ],
    ['$nowhere.x', 'nowhere', '`$nowhere` has no value here'],
    ['$input.map(k, $input.deep.items[0].nope)', 'nope', '`$input.deep.items[0]` has no field "nope"'],
    ['$input.deep.items.map(i, i.nope)', 'nope', '`i` has no field "nope"'],
    ['$input[$input.s]', 'héy😀', 'a map has no field "héy😀"'],
  ])('%s names the field', (src, field, message) => {
    const error = failure(src);
    expect(error).toMatchObject({ code: 'expression_failed', field, message, src });
  });

  it('never reaches prototypes', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(failure(`$input.${name}`).field).toBe(name);
      expect(failure(`$input.map["${name}"]`).field).toBe(name);
      expect(value(`has($input.${name})`)).toBe(false);
      expect(failure(`"a".${name}`).field).toBe(name);
      expect(failure(`${name}(1)`).message).toContain('no function');
      expect(failure(`$${name}`).field).toBe(name);
    }
    expect(failure('$input.list.length').field).toBe('length');
    expect(value('merge({"__proto__": {"x": 1}}).__proto__.x')).toBe(1);
    expect(value('has(merge({"__proto__": {"x": 1}}).x)')).toBe(false);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('failures', () => {
  it.each<[string, string]>([
    ['"a" + $input.n', 'can’t add a string and a number'],
    ['$input.n * "2"', 'needs numbers'],
    ['1 / 0', 'division by zero'],
    ['1 % 0', 'division by zero'],
    ['9007199254740991 + 1', 'beyond'],
    ['-9007199254740991 - 1', 'beyond'],
    ['94906267 * 94906267', 'beyond'],
    ['1e308 * 10.5', 'too large'],
    ['"a" < 1', 'can’t be put in order'],
    ['null < 1', 'test for null first'],
    ['$input.n && true', 'needs true or false'],
    ['$input.n ? 1 : 2', 'needs true or false'],
    ['1 in 2', 'looks into a list or a map'],
    ['"a" in "abc"', 'contains'],
    ['{[1]: 2}', 'key is a string'],
    ['$input.list.filter(x, x)', 'needs true or false'],
    ['5.map(x, x)', 'goes over a list'],
    ['timestamp("2026-02-30T00:00:00Z")', 'RFC 3339'],
    ['nope(1)', 'no function `nope`'],
  ])('%s', (src, message) => expect(failure(src).message).toContain(message));

  it('lets numbers that were never whole be large', () => {
    expect(value('1e300 * 2.0')).toBe(2e300);
    expect(value('double("1e20") + 1')).toBe(1e20);
  });

  it('takes only true or false as a condition', () => {
    const evaluator = new Evaluator();
    expect(evaluator.condition('$input.yes', lookup)).toBe(true);
    expect(() => evaluator.condition('$input.n', lookup)).toThrow(ExpressionError);
    expect(() => evaluator.condition('$input.s', lookup)).toThrow('gives a string');
    expect(() => evaluator.condition('$skipped', lookup)).toThrow('$x != null');
  });

  it('keeps data out of messages', () => {
    expect(failure('int($input.s)').message).not.toContain('héy');
    expect(failure('$input.s + 1').message).not.toContain('héy');
    expect(failure('timestamp($input.s)').message).not.toContain('héy');
  });
});

describe('parseDuration', () => {
  it.each<[string, number | null]>([
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1.5s', 1500],
    ['0s', 0],
    ['PT5M', 300_000],
    ['P1DT2H', 93_600_000],
    ['PT0.5S', 500],
    ['P2W', 1_209_600_000],
    ['5', null],
    ['m', null],
    ['', null],
    ['-5m', null],
    ['30m1h', null],
    ['1m1m', null],
    ['P', null],
    ['PT', null],
    ['P1Y', null],
    ['P1M', null],
    ['5 m', null],
    ['5M', null],
    ['99999999999999999d', null],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
});

describe('jsonEquals', () => {
  it('compares deeply, whatever the order of fields', () => {
    expect(jsonEquals({ a: [1, { b: null }], c: 'x' }, { c: 'x', a: [1.0, { b: null }] })).toBe(true);
    expect(jsonEquals({ a: undefined as unknown as Json }, {})).toBe(false);
    expect(jsonEquals([1, 2], [2, 1])).toBe(false);
    expect(jsonEquals({ a: 1 }, { b: 1 })).toBe(false);
    expect(jsonEquals('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z')).toBe(false);
  });
});
