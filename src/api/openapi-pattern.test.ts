import { expect, test } from 'vitest';
import { portablePattern } from './openapi-pattern.ts';

test.each([
  [/^\P{Cc}*$/u, ['', 'text', 'ö'], ['a\u0000', '\u0085']],
  [/^[^'"`\\\p{Cc}]{1,100}$/u, ['tag'], ["a'", 'a\\', '\n', '']],
  [/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u, ['name'], ['\u200b', '\u0007', '']],
  [/^[^\0]*$/, ['', '\n'], ['\0']],
  [/^\[p\{Cc\}\]\\$/, ['[p{Cc}]\\'], ['x']],
])('%s means the same without Unicode categories', (pattern, good, bad) => {
  const portable = new RegExp(portablePattern(pattern.source));
  expect(portable.source).not.toMatch(/\\p\{|\\P\{/);
  for (const text of good) expect([pattern.test(text), portable.test(text)]).toEqual([true, true]);
  for (const text of bad) expect([pattern.test(text), portable.test(text)]).toEqual([false, false]);
});
