import { expect, test } from 'vitest';
import { problemsText, schemaFault, validateAgainst } from './schema-validator.ts';

test('all problems at once, in words', () => {
  const schema = {
    type: 'object',
    required: ['a'],
    additionalProperties: false,
    properties: { a: {}, colour: { enum: ['red', 'blue'] }, n: { type: 'integer', minimum: 2 } },
  };
  expect(problemsText(validateAgainst(schema, { color: 1, n: 1, colour: 'green' }))).toBe(
    '/a is required; /color is not a known key. Did you mean `colour`?; /colour must be one of ["red","blue"]; /n must be >= 2',
  );
  expect(validateAgainst(schema, { a: 1 })).toEqual([]);
});

test('a pattern can not be made to hang', () => {
  const begun = Date.now();
  expect(validateAgainst({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toHaveLength(1);
  expect(Date.now() - begun).toBeLessThan(2000);
  expect(schemaFault({ pattern: '(?=a)' })).toContain('(?=');
});

test('two schemas with the same $id do not disturb each other', () => {
  const one = { $id: 'https://x.example/s', type: 'string' };
  const two = { $id: 'https://x.example/s', type: 'number' };
  expect([
    validateAgainst(one, 'a'),
    validateAgainst(two, 1),
    validateAgainst(one, 1).length,
    validateAgainst(two, 'a').length,
  ]).toEqual([[], [], 1, 1]);
});

test('formats are checked', () => {
  expect(validateAgainst({ format: 'email' }, 'no mail')).toHaveLength(1);
  expect(validateAgainst({ format: 'date-time' }, '2026-01-01T00:00:00Z')).toEqual([]);
});
