import { describe, expect, it } from 'vitest';
import type { Json } from '../../ir/json.ts';
import { Evaluator } from '../evaluator.ts';

const ROOTS: Readonly<Record<string, Json>> = {
  x: { list: [3, 1, 2], users: [{ n: 'b', age: 30 }, { n: 'a', age: 20 }], map: { b: 2, a: 1 }, text: 'a,b,,c', emoji: 'a😀b' },
  now: '2026-03-01T10:20:30.456Z',
};
const value = (src: string): Json => new Evaluator().evaluate(src, (root) => ROOTS[root]);

describe('functions', () => {
  it.each<[string, Json]>([
    // conversions
    ['string(1.0)', '1'], ['string(2.5)', '2.5'], ['string(null)', 'null'], ['string([1, {"a": "b"}])', '[1,{"a":"b"}]'], ['string(true)', 'true'],
    ['int("42")', 42], ['int(-2.9)', -2], ['int(true)', 1], ['int(timestamp("1970-01-01T00:01:00Z"))', 60], ['double("2.5")', 2.5], ['bool("false")', false],
    ['type([])', 'list'], ['type(1)', 'number'], ['type($now)', 'timestamp'], ['dyn(1)', 1],
    ['toJson({"a": [1]})', '{"a":[1]}'], ['parseJson("{\\"a\\": [1]}").a[0]', 1],
    // text
    ['"hello".contains("ell")', true], ['contains($x.list, 2)', true], ['"hello".startsWith("he")', true], ['"hello".endsWith("lo")', true],
    ['$x.text.split(",")', ['a', 'b', '', 'c']], ['$x.text.split(",", 2)', ['a', 'b,,c']], ['"ab".split("")', ['a', 'b']], ['"ab".split(",", 0)', []],
    ['["a", 1, true].join("-")', 'a-1-true'], ['[].join()', ''],
    ['"Äb".lowerAscii()', 'Äb'], ['"aBc".upperAscii()', 'ABC'], ['"  a ".trim()', 'a'],
    ['"aaa".replace("a", "b")', 'bbb'], ['"aaa".replace("a", "b", 2)', 'bba'], ['"ab".replace("", "-")', '-a-b-'],
    ['size($x.emoji)', 3], ['$x.emoji.substring(1, 2)', '😀'], ['$x.emoji.substring(2)', 'b'], ['$x.emoji.charAt(1)', '😀'], ['$x.emoji.indexOf("b")', 2], ['"abab".lastIndexOf("b")', 3], ['"a".indexOf("z")', -1],
    ['"foobar".matches("^foo.*r$")', true], ['"xfoo".matches("foo")', true], ['"a".matches("(?i)A")', true], ['"order 42".find("[0-9]+")', '42'], ['"k=v".find("k=(.)")', 'v'], ['"a".find("b")', null],
    // lists and maps
    ['$x.list.map(x, x * 2)', [6, 2, 4]], ['$x.list.map(x, x > 1, x * 2)', [6, 4]], ['$x.list.filter(x, x > 1)', [3, 2]],
    ['$x.list.all(x, x > 0)', true], ['$x.list.exists(x, x == 2)', true], ['$x.list.exists_one(x, x > 1)', false], ['[1, "a"].exists(x, x > 0)', true], ['[1, "a"].all(x, x > 1)', false],
    ['$x.map.map(k, $x.map[k])', [2, 1]], ['$x.users.map(u, $x.list.map(i, u.age + i))', [[33, 31, 32], [23, 21, 22]]], ['[1].map(x, [2].map(x, x))', [[2]]], ['[1].map(x, [2].map(x, x) + [x])', [[2, 1]]],
    ['cel.bind(t, sum($x.list), t * t)', 36],
    ['sort($x.list)', [1, 2, 3]], ['["b", "a"].sort()', ['a', 'b']], ['$x.users.sortBy(u, u.age).map(u, u.n)', ['a', 'b']],
    ['sum($x.list)', 6], ['sum([])', 0], ['min($x.list)', 1], ['max(1, 7, 3)', 7], ['max(["a", "b"])', 'b'],
    ['distinct([1, 1.0, "1", [2], [2]])', [1, '1', [2]]], ['flatten([1, [2, [3]]])', [1, 2, [3]]], ['flatten([1, [2, [3]]], 2)', [1, 2, 3]],
    ['reverse([1, 2])', [2, 1]], ['reverse("a😀")', '😀a'], ['$x.list.slice(1)', [1, 2]], ['$x.list.slice(-1)', [2]], ['first($x.list)', 3], ['$x.list.last()', 2], ['range(3)', [0, 1, 2]], ['range(2, 4)', [2, 3]], ['range(-1)', []], ['indexOf($x.list, 1)', 1],
    ['keys($x.map)', ['b', 'a']], ['values($x.map)', [2, 1]], ['entries($x.map)', [{ key: 'b', value: 2 }, { key: 'a', value: 1 }]], ['fromEntries(entries($x.map)) == $x.map', true], ['merge($x.map, {"c": 3}, {"a": 0})', { b: 2, a: 0, c: 3 }],
    ['size($x.map)', 2], ['size([])', 0],
    // numbers
    ['abs(-2)', 2], ['ceil(1.2)', 2], ['floor(-1.2)', -2], ['round(2.5)', 3], ['round(-2.5)', -3], ['round(1.005, 2)', 1.01], ['round(1e21)', 1e21],
    // time
    ['$now', '2026-03-01T10:20:30.456Z'], ['$now + duration("1d")', '2026-03-02T10:20:30.456Z'], ['duration("1h") + duration("30s")', '3630s'], ['duration("1s") * 1.5', '1.5s'], ['$now - timestamp("2026-03-01T10:20:30Z")', '0.456s'], ['timestamp("2026-03-01T00:00:00+02:00")', '2026-02-28T22:00:00Z'], ['timestamp("2026-03-01")', '2026-03-01T00:00:00Z'], ['timestamp(60)', '1970-01-01T00:01:00Z'],
    ['$now > "2026-01-01T00:00:00Z"', true], ['$now == timestamp(string($now))', true], ['duration("90s") == duration("1m30s")', true], ['duration("90s") > "1m"', true], ['duration("-5s")', '-5s'],
    ['$now.getFullYear()', 2026], ['$now.getMonth()', 2], ['$now.getDate()', 1], ['$now.getDayOfMonth()', 0], ['$now.getDayOfWeek()', 0], ['$now.getDayOfYear()', 59], ['$now.getHours()', 10], ['$now.getHours("+05:30")', 15], ['$now.getMinutes("+05:30")', 50], ['$now.getSeconds()', 30], ['$now.getMilliseconds()', 456], ['getHours("2026-01-01T07:00:00Z")', 7], ['duration("90m").getHours()', 1],
    // encodings
    ['urlEncode("a b/ü")', 'a%20b%2F%C3%BC'], ['urlDecode("a%20b")', 'a b'], ['base64Encode("héy😀")', 'aMOpefCfmIA='], ['base64Decode("aMOpefCfmIA=")', 'héy😀'], ['base64Decode(base64Encode(""))', ''],
  ])('%s', (src, expected) => expect(value(src)).toEqual(expected));

  it.each([
    'int("4.5")', 'int("abc")', 'int(1e300)', 'double("")', 'bool(1)', 'size(1)', '"a".matches("(")', '"a".matches("(?=a)")', '"a".matches("\\\\1")', 'sum(["a"])', 'min([])', 'first([])', 'sort([1, "a"])',
    'join("a")', '"a".substring(2)', '"a".substring(1, 0)', 'range(1e15)', 'timestamp("yesterday")', 'duration("soon")', '$now.getHours("Europe/Berlin")', 'parseJson("{")', 'urlDecode("%")', 'base64Decode("*")', 'base64Decode("/w==")', 'merge(1)', 'fromEntries([1])', 'round(1, 16)', 'keys([1])', 'timestamp(1e15)', 'size()', 'size(1, 2)',
  ])('%s fails as an expression', (src) => expect(() => value(src)).toThrow(expect.objectContaining({ code: 'expression_failed' })));
});
