import { describe, expect, test } from 'vitest';
import { chooseVersion } from './choose-version.ts';

const KEYS = Array.from({ length: 10_000 }, (_, i) => `key "customer-${i}"`);
const split = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).map(([version, weight]) => ({ version, weight }));
const choices = (weights: Readonly<Record<string, number>>, place = 'shop/prod') =>
  KEYS.map((key) => chooseVersion(split(weights), place, key));
const share = (chosen: readonly (string | undefined)[], version: string) =>
  chosen.filter((one) => one === version).length / chosen.length;

describe('the version of a split', () => {
  test.each([
    [{ '1.0.0': 50, '2.0.0': 50 }],
    [{ '1.0.0': 90, '2.0.0': 10 }],
    [{ '1.0.0': 9_999, '2.0.0': 1 }],
    [{ '1.0.0': 1, '1.1.0': 2, '1.2.0': 3, '2.0.0': 4 }],
  ])('comes by the weights %j, within four standard deviations over 10,000 keys', (weights) => {
    const chosen = choices(weights);
    const sum = Object.values(weights).reduce((a, b) => a + b, 0);
    for (const [version, weight] of Object.entries(weights)) {
      const expected = weight / sum;
      const deviation = Math.sqrt((expected * (1 - expected)) / KEYS.length);
      expect(Math.abs(share(chosen, version) - expected), version).toBeLessThan(4 * deviation);
    }
  });

  test('is the same for the same key, whatever the order of versions and the scale of weights', () => {
    const chosen = choices({ '1.0.0': 9, '2.0.0': 1 });
    expect(choices({ '1.0.0': 9, '2.0.0': 1 })).toEqual(chosen);
    expect(choices({ '2.0.0': 1, '1.0.0': 9 })).toEqual(chosen);
    expect(choices({ '1.0.0': 9_000, '2.0.0': 1_000 })).toEqual(chosen);
  });

  test('is that of this release in every later one: keys stay where they are over an upgrade', () => {
    const chosen = KEYS.slice(0, 24).map((key) => chooseVersion(split({ a: 3, b: 1 }), 'shop/prod', key));
    expect(chosen.join('')).toMatchInlineSnapshot(`"abaabaaaaaaaaaaabbaabbab"`);
  });

  test('raising one weight moves keys to that version only, and no more than its share grows', () => {
    const before = choices({ '1.0.0': 90, '1.1.0': 5, '2.0.0': 5 });
    const after = choices({ '1.0.0': 90, '1.1.0': 5, '2.0.0': 25 });
    const moved = KEYS.map((_, i) => i).filter((i) => before[i] !== after[i]);
    expect(moved.length).toBeGreaterThan(0);
    for (const i of moved) expect(after[i]).toBe('2.0.0');
    expect(moved.length / KEYS.length).toBeCloseTo(25 / 120 - 5 / 100, 1);
  });

  test('taking one away moves only its keys', () => {
    const before = choices({ '1.0.0': 1, '1.1.0': 1, '2.0.0': 1 });
    const after = choices({ '1.0.0': 1, '1.1.0': 1 });
    for (const [i, version] of before.entries()) if (version !== '2.0.0') expect(after[i]).toBe(version);
  });

  test('is independent in another environment and flow', () => {
    const here = choices({ '1.0.0': 1, '2.0.0': 1 });
    const there = choices({ '1.0.0': 1, '2.0.0': 1 }, 'shop/staging');
    const same = KEYS.filter((_, i) => here[i] === there[i]).length;
    expect(same / KEYS.length).toBeGreaterThan(0.47);
    expect(same / KEYS.length).toBeLessThan(0.53);
  });

  test('of nothing is none; of one it is that one', () => {
    expect(chooseVersion([], 'a/b', 'k')).toBeUndefined();
    expect(choices({ '1.0.0': 1 }).every((one) => one === '1.0.0')).toBe(true);
  });
});
