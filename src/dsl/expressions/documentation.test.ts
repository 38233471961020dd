import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FUNCTIONS, MACROS } from './functions/index.ts';
import { MAX_COST, MAX_EXPRESSION_CHARS } from './limits.ts';
import { RESERVED_ROOTS } from './problem.ts';

const page = readFileSync(new URL('../../../docs/reference/expressions.md', import.meta.url), 'utf8');

it.each([...FUNCTIONS.keys(), ...MACROS.keys()])('the reference tells of %s', (name) =>
  expect(page).toMatch(new RegExp(`\\b${name}\\b`)),
);
it.each(RESERVED_ROOTS)('the reference tells of $%s', (root) => expect(page).toContain(`$${root}`));
it('the reference gives the limits', () => {
  expect(page).toContain(MAX_COST.toLocaleString('en'));
  expect(page).toContain(MAX_EXPRESSION_CHARS.toLocaleString('en'));
});
