import { expect, test } from 'vitest';
import { problemDocument } from './document.ts';

test('docs/reference/http-errors.md is fresh (npm run test:update writes it)', async () => {
  await expect(problemDocument()).toMatchFileSnapshot('../../docs/reference/http-errors.md');
});
