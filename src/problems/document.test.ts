import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { problemDocument } from './document.ts';

test('docs/reference/http-errors.md is fresh (npx tsx src/problems/write-document.ts)', async () => {
  expect(await readFile(new URL('../../docs/reference/http-errors.md', import.meta.url), 'utf8')).toBe(
    problemDocument(),
  );
});
