import { describe, expect, it } from 'vitest';
import { editDistance } from '../expressions/nearest.ts';
import { didYouMean, nearest } from './nearest.ts';

describe('editDistance', () => {
  it.each([
    ['finaly', 'finally', 1],
    ['retyr', 'retry', 1],
    ['parralel', 'parallel', 2],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('%s → %s is %d', (from, to, distance) => expect(editDistance(from, to)).toBe(distance));

  it('is bounded for long texts', () => {
    const start = performance.now();
    editDistance('a'.repeat(100_000), 'b'.repeat(100_000));
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe('nearest', () => {
  it('finds a slip of the keys and ignores case', () =>
    expect(nearest('ATTEMTS', ['initial', 'attempts'])).toBe('attempts'));
  it('finds nothing where nothing is near', () =>
    expect(nearest('frobnicate', ['initial', 'attempts'])).toBeUndefined());
  it('does not take a short name for another', () => expect(nearest('ab', ['xy'])).toBeUndefined());
});

describe('didYouMean', () => {
  it('lists what there is when nothing is near', () =>
    expect(didYouMean('zzz', ['cancel', 'retry'])).toBe('Known here: `cancel`, `retry`.'));
  it('cuts long lists', () =>
    expect(
      didYouMean(
        'zzz',
        Array.from({ length: 20 }, (_, n) => `name_${n}`),
      ),
    ).toMatch(/…\.$/));
  it('has nothing to say about an empty list', () => expect(didYouMean('zzz', [])).toBeUndefined());
});
