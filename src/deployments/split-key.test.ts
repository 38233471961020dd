import { describe, expect, test } from 'vitest';
import { compileSplitKey, splitKeyFaults } from './split-key.ts';

describe('a split key', () => {
  test.each([
    ['$input.customer_id', { customer_id: 'c1' }, 'c1'],
    ['${ $input.customer.id }', { customer: { id: 7 } }, 7],
    ['$input.country + "/" + $input.plan', { country: 'de', plan: 'pro' }, 'de/pro'],
    ['{"a": $input.a, "b": $input.b}', { a: 1, b: [2] }, { a: 1, b: [2] }],
    ['coalesce($input.?user, $input.?session)', { session: 's' }, 's'],
  ])('%s of %j gives %j', (text, input, key) => {
    expect(splitKeyFaults(text)).toEqual([]);
    expect(compileSplitKey(text)(input)).toEqual(key);
  });

  test.each([
    ['a missing field', '$input.customer_id', {}],
    ['a null', '$input.customer_id', { customer_id: null }],
    ['an input that is no object', '$input.customer_id', 'text'],
    ['a wrong type', '$input.n + 1', { n: 'x' }],
    ['a text of more than 4,096 characters', '$input.t', { t: 'x'.repeat(5_000) }],
    ['too much work', '$input.l.all(a, $input.l.all(b, a != b + 1))', { l: Array.from({ length: 5_000 }, () => 1) }],
  ])('gives none for %s', (_, text, input) => {
    expect(splitKeyFaults(text)).toEqual([]);
    expect(compileSplitKey(text)(input)).toBeNull();
  });

  test.each([
    ['$input.', 'syntax'],
    ['', 'syntax'],
    ['   ', 'syntax'],
    ['input.customer_id', 'root_without_dollar'],
    ['$vars.x', 'root'],
    ['$now', 'root'],
    ['$config.region + $input.x', 'root'],
    ['$secrets.KEY', 'secret_place'],
    ['"everybody"', 'constant'],
    ['1 + 1', 'constant'],
    ['nope($input.x)', 'unknown_function'],
    [`$input.${'a'.repeat(1_000)}`, 'too_long'],
    ['('.repeat(400) + '$input.a' + ')'.repeat(400), 'too_deep'],
    ['$input.a\u0000', 'syntax'],
    ["'); drop table deployments; --", 'syntax'],
  ])('%s is refused: %s', (text, code) => {
    expect(splitKeyFaults(text)).toEqual([
      expect.objectContaining({ code, path: '/split_key', message: expect.stringMatching(/\S/) }),
    ]);
  });

  test('that is refused and used nevertheless gives no key', () => {
    expect(compileSplitKey('$input.')({ a: 1 })).toBeNull();
  });
});
