import { expect, test } from 'vitest';
import { MAX_RESULT_BYTES } from '../../activities/contract.ts';
import { withinLimit } from './within-limit.ts';

const QUARTER = 'x'.repeat(MAX_RESULT_BYTES / 4);

test.each<[string, () => string[]]>([
  ['just under', () => [QUARTER, QUARTER, QUARTER, QUARTER.slice(100)]],
  ['that is small', () => ['a', 'ü']],
  ['of two bytes a letter', () => ['ü'.repeat(MAX_RESULT_BYTES / 2 - 100)]],
])('gives back what is %s', (_what, make) => {
  const value = { list: make(), n: null };
  expect(withinLimit(value, 'a') === value).toBe(true);
});

test.each<[string, () => string[]]>([
  ['together', () => [QUARTER, QUARTER, QUARTER, QUARTER]],
  ['as UTF-8', () => ['ü'.repeat(MAX_RESULT_BYTES / 2)]],
  ['when escaped', () => ['\u0001'.repeat(MAX_RESULT_BYTES / 5)]],
])('refuses what is too large %s', (_what, make) => {
  expect(() => withinLimit(make(), 'a')).toThrow(
    expect.objectContaining({ info: expect.objectContaining({ code: 'result_too_large', step: 'a' }) }),
  );
});
